using System.Diagnostics.CodeAnalysis;
using Devices.Link;

namespace Devices.Terminal;

/// <summary>What provisioning writes for the terminal: flat JSON of the link's own kind, with <c>v</c> 1.</summary>
public sealed class TerminalConfig
{
    public const string FileName = "terminal.json";

    public string Terminal { get; private set; } = "";

    /// <summary>Address of the board on the terminal's own network.</summary>
    public string Host { get; private set; } = "";

    public int Port { get; private set; }

    /// <summary>The device key; never logged.</summary>
    public string Password { get; private set; } = "";

    public string Ssid { get; private set; } = "";

    public string WifiPassword { get; private set; } = "";

    public bool Chinese { get; private set; }

    public bool DoorOnAccept { get; private set; }

    public int DoorOpenMs { get; private set; }

    /// <summary>Reads the file's bytes; false: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] file, [NotNullWhen(true)] out TerminalConfig? config, [NotNullWhen(false)] out LinkFault? fault)
    {
        LinkReader reader = new LinkReader();
        config = null;
        if (reader.Load(file, file.Length))
        {
            TerminalConfig read = new TerminalConfig();
            read.Terminal = reader.Id("terminal");
            read.Host = reader.Word("host");
            read.Port = (int)reader.Number("port", 1, 65535);
            read.Password = reader.Word("password");
            // Absent where the network came by Improv (wifi.json).
            read.Ssid = reader.Text("ssid", 32);
            read.WifiPassword = reader.Text("wifi_password", 64);
            read.Chinese = reader.Flag("chinese");
            read.DoorOnAccept = reader.Flag("door_on_accept");
            read.DoorOpenMs = (int)reader.Number("door_open_ms", 1, LinkLimits.MaxDoorOpenMs);
            config = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return config != null;
    }
}
