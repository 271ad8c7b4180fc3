using System.Globalization;
using Devices.Link;

namespace Devices.Standins.Terminal;

/// <summary>The command line.</summary>
public sealed record StandinOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        standin-terminal: the firmware's own code with a stand-in for the terminal's hardware.
          --host ADDRESS         the agent's broker (default 127.0.0.1)
          --port N               its port
          --terminal ID          terminal id, also the MQTT user name (a-z, 0-9, '-')
          --password-file FILE   the device key, in a file
          --password KEY         the device key (visible to other users of this machine; for trials)
          --state DIR            directory that stands in for the chip's flash
          --control-port N       HTTP control on 127.0.0.1 (default 0 = any free port; it is printed)
          --control-socket FILE  HTTP control on a Unix socket instead
          --language zh|en       screen texts (default zh)
          --door-on-accept       an accepted card releases the door
          --queue N              most punches kept while the board is away (default 1000)
        """;

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; }

    public string Terminal { get; init; } = "";

    public string Password { get; init; } = "";

    public string State { get; init; } = "";

    public int ControlPort { get; init; }

    /// <summary>Unix socket for the control; "" for a TCP port.</summary>
    public string ControlSocket { get; init; } = "";

    public bool Chinese { get; init; } = true;

    public bool DoorOnAccept { get; init; }

    public int Queue { get; init; } = 1000;

    /// <summary>Reads the arguments; null with one sentence in <paramref name="error"/> when they cannot be used.</summary>
    public static StandinOptions? Parse(string[] args, out string error)
    {
        StandinOptions options = new();
        error = "";
        for (int i = 0; i < args.Length && error.Length == 0; i++)
        {
            string name = args[i];
            if (name == "--door-on-accept")
            {
                options = options with { DoorOnAccept = true };
                continue;
            }

            if (i + 1 == args.Length)
            {
                error = $"'{name}' needs a value or is not known; see --help.";
                break;
            }

            string value = args[++i];
            options = name switch
            {
                "--host" => options with { Host = value },
                "--port" => options with { Port = Number(name, value, 1, 65535, ref error) },
                "--terminal" => options with { Terminal = value },
                "--password" => options with { Password = value },
                "--password-file" => options with { Password = Secret(value, ref error) },
                "--state" => options with { State = value },
                "--control-port" => options with { ControlPort = Number(name, value, 0, 65535, ref error) },
                "--control-socket" => options with { ControlSocket = value },
                "--language" => options with { Chinese = Language(value, ref error) },
                "--queue" => options with { Queue = Number(name, value, 1, 100000, ref error) },
                _ => Unknown(options, name, ref error),
            };
        }

        if (error.Length == 0)
        {
            error = options switch
            {
                { Port: 0 } => "Say the port of the agent's broker with --port.",
                { Terminal: var id } when !LinkRules.IsId(id, LinkLimits.MaxTerminal) => "Say the terminal's id with --terminal: 1 to 32 characters of a-z, 0-9 and '-'.",
                { Password: "" } => "Give the device key with --password-file (or --password).",
                { State: "" } => "Say with --state which directory stands in for the chip's flash.",
                _ => "",
            };
        }

        return error.Length == 0 ? options : null;
    }

    private static StandinOptions Unknown(StandinOptions options, string name, ref string error)
    {
        error = $"'{name}' is not known; see --help.";
        return options;
    }

    private static int Number(string name, string value, int min, int max, ref string error)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max)
        {
            return number;
        }

        error = $"'{name} {value}' has to be a whole number from {min} to {max}.";
        return 0;
    }

    private static bool Language(string value, ref string error)
    {
        if (value is not ("zh" or "en"))
        {
            error = $"'--language {value}' has to be zh or en.";
        }

        return value == "zh";
    }

    private static string Secret(string path, ref string error)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = $"The password file '{path}' could not be read: {e.Message}";
            return "";
        }
    }
}
