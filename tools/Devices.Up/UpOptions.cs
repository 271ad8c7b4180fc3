using System.Globalization;

namespace Devices.Up;

/// <summary>What <c>tools/up</c> was asked for.</summary>
/// <param name="Once">Play the fixed scenario, check it, print the table, end.</param>
/// <param name="Stay">With <paramref name="Once"/>: keep everything running after the check until a signal comes.</param>
/// <param name="Data">Folder for everything this run writes; emptied at the start.</param>
/// <param name="Ports">Ports of the parts; 0 lets the system pick.</param>
internal sealed record UpOptions(bool Once, bool Stay, string Data, PortPlan Ports)
{
    public const string Usage = """
        usage: tools/up [--once [--stay]] [--data FOLDER] [--any-port]
                        [--mqtt-port N] [--hr-port N] [--https-port N] [--mcu-port N]
          --once      play a fixed scenario, check every punch in four places, print a table, exit 0 or 1
          --stay      after --once, keep everything running until Ctrl-C (to look at the pages)
          --data      where this run keeps its files (default: .run/up); emptied at the start
          --any-port  let the system pick every port
        """;

    /// <summary>Reads the command line; null and a sentence where it cannot be read.</summary>
    public static UpOptions? Parse(string[] args, string root, out string? fault)
    {
        bool once = false, stay = false;
        string? data = null;
        var ports = new PortPlan();
        fault = null;
        for (int i = 0; i < args.Length; i++)
        {
            string? Value(ref string? fault)
            {
                if (i + 1 < args.Length) return args[++i];
                fault = $"{args[i]} needs a value.";
                return null;
            }

            switch (args[i])
            {
                case "--once": once = true; break;
                case "--stay": stay = true; break;
                case "--data": data = Value(ref fault); break;
                case "--any-port": ports = PortPlan.Any; break;
                case "--mqtt-port": ports = ports with { Mqtt = Port(Value(ref fault), ref fault) }; break;
                case "--hr-port": ports = ports with { Hr = Port(Value(ref fault), ref fault) }; break;
                case "--https-port": ports = ports with { Https = Port(Value(ref fault), ref fault) }; break;
                case "--mcu-port": ports = ports with { Mcu = Port(Value(ref fault), ref fault) }; break;
                default: fault = $"'{args[i]}' is not known."; break;
            }
            if (fault is not null) return null;
        }
        if (stay && !once) fault = "--stay goes with --once.";
        return fault is null ? new(once, stay, Path.GetFullPath(data ?? Path.Combine(root, ".run", once ? "once" : "up")), ports) : null;
    }

    private static int Port(string? text, ref string? fault)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 0 and <= 65535) return port;
        fault ??= $"'{text}' is not a port (0 to 65535).";
        return 0;
    }
}

/// <summary>Where each part listens; 0 lets the system pick.</summary>
internal sealed record PortPlan(int Mqtt = 8883, int Hr = 5080, int Https = 5443, int Mcu = 1883, int DingTalk = 5090, int Camera = 5091, int TerminalControl = 5092)
{
    public static PortPlan Any { get; } = new(0, 0, 0, 0, 0, 0, 0);
}
