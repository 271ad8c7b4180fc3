using System.Globalization;

namespace Devices.FleetLoad.Soak;

/// <summary>How long, and which parts.</summary>
internal sealed record SoakOptions
{
    public static readonly string[] AllParts = ["punches", "uplink", "mcu"];

    public const string Usage =
        """
        Devices.FleetLoad soak [--parts punches,uplink,mcu] [--punches 1000000] [--reconnects 100000] [--mcu-reconnects 100000] [--minutes 0] [--sessions 4]
                               [--people 300] [--in-flight 8] [--fleet DIR] [--data DIR] [--out FILE.md] [--keep]

          punches   card punches through one terminal: a controller's link to the real agent, its ledger and uplink, the real bridge
          uplink    connections that the product's own uplink makes to the real bridge, one after the other in each of --sessions terminals
          mcu       connections to the real agent's broker for its controller
          --minutes ends each part after so long, whatever it has done; the figures say how far it came
          --data    short, since the agent's socket lies in it; a directory in memory (tmpfs) makes it quicker and says nothing about bytes written
        Ends with 1 where memory, heap, handles or threads of the second half rise by more than the stated limits, or the store is not right.
        """;

    public IReadOnlyList<string> Parts { get; init; } = AllParts;
    public long Punches { get; init; } = 1_000_000;
    public long Reconnects { get; init; } = 100_000;
    public long McuReconnects { get; init; } = 100_000;

    /// <summary>0: no limit.</summary>
    public double Minutes { get; init; }

    public int Sessions { get; init; } = 4;
    public int People { get; init; } = 300;

    /// <summary>Card entries that the controller has sent and that are not confirmed yet.</summary>
    public int InFlight { get; init; } = 8;

    public string Fleet { get; init; } = "";
    public string Data { get; init; } = "";
    public string Out { get; init; } = "";
    public bool Keep { get; init; }

    public string Bridge { get; init; } = LoadOptions.Sibling("Devices.Bridge");
    public string Agent { get; init; } = LoadOptions.Sibling("Devices.Edge.Agent");

    public TimeSpan Limit => Minutes > 0 ? TimeSpan.FromMinutes(Minutes) : TimeSpan.FromDays(2);

    /// <summary>The options, or one sentence about what is wrong with them.</summary>
    public static (SoakOptions? Options, string? Problem) Read(string[] args)
    {
        SoakOptions options = new();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            if (i + 1 >= args.Length) return (null, $"{args[i]} has no value.");
            string name = args[i], value = args[++i];
            bool whole = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long n) && n is > 0 and <= 100_000_000;
            switch (name)
            {
                case "--parts" when value.Split(',').All(AllParts.Contains): options = options with { Parts = value.Split(',') }; break;
                case "--punches" when whole: options = options with { Punches = n }; break;
                case "--reconnects" when whole: options = options with { Reconnects = n }; break;
                case "--mcu-reconnects" when whole: options = options with { McuReconnects = n }; break;
                case "--minutes" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double minutes): options = options with { Minutes = minutes }; break;
                case "--sessions" when whole && n <= 64: options = options with { Sessions = (int)n }; break;
                case "--people" when whole && n <= 10_000: options = options with { People = (int)n }; break;
                case "--in-flight" when whole && n <= 64: options = options with { InFlight = (int)n }; break;
                case "--fleet": options = options with { Fleet = value }; break;
                case "--data": options = options with { Data = value }; break;
                case "--out": options = options with { Out = value }; break;
                default: return (null, $"{name} {value} is not understood.");
            }
        }

        string fleet = options.Fleet.Length > 0 ? options.Fleet : Path.Combine(Path.GetTempPath(), "devices-fleet-load");
        options = options with { Fleet = fleet, Data = options.Data.Length > 0 ? options.Data : Path.Combine(fleet, "soak") };
        if (options.Data.Length > 80) return (null, $"{options.Data} is too long for the agent's socket: give a shorter --data.");
        foreach (string program in (string[])[options.Bridge, options.Agent])
            if (!File.Exists(program)) return (null, $"{program} is missing: build it first.");
        return (options, null);
    }
}
