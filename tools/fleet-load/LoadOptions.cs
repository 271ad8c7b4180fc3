using System.Globalization;
using Devices.FleetLoad.Phases;

namespace Devices.FleetLoad;

/// <summary>What to load, and how long.</summary>
internal sealed record LoadOptions
{
    public static readonly string[] AllPhases = ["storm", "steady", "peak", "ramp", "outage", "compare"];

    public const string Usage =
        """
        Devices.FleetLoad [--terminals 10000] [--rate 1000] [--minutes 1] [--phases storm,steady,peak,ramp,outage,compare] [--seed S]
                          [--postgres CONNECTIONFILE] [--at-once 256] [--people 30] [--compress 5] [--away 30] [--backlog 50] [--away-seconds 45] [--settle-seconds 5]
                          [--publishers 1000] [--rounds 3] [--round-seconds 8] [--only bridge,each,many] [--batches 1,128] [--write-operations N] [--fleet DIR] [--data DIR] [--out FILE.md] [--result FILE.json] [--bridge PROGRAM] [--keep]
        Devices.FleetLoad soak …       one terminal and one bridge for a long time: Devices.FleetLoad soak --help
        """;

    public int Terminals { get; init; } = 10_000;

    /// <summary>Punches a second in the phases steady and outage.</summary>
    public int Rate { get; init; } = 1_000;

    /// <summary>Length of steady.</summary>
    public double Minutes { get; init; } = 1;

    public IReadOnlyList<string> Phases { get; init; } = AllPhases;

    public int Seed { get; init; } = Environment.TickCount;

    /// <summary>Connection file of a PostgreSQL database; empty for SQLite.</summary>
    public string Postgres { get; init; } = "";

    /// <summary>Connections made at a time in the storm.</summary>
    public int AtOnce { get; init; } = 256;

    /// <summary>People a terminal; in the peak each punches once.</summary>
    public int People { get; init; } = 30;

    /// <summary>The five minutes before nine last five minutes divided by this.</summary>
    public double Compress { get; init; } = 5;

    /// <summary>Share of terminals that the outage takes away, percent.</summary>
    public int Away { get; init; } = 30;

    /// <summary>Punches that each of them records meanwhile.</summary>
    public int Backlog { get; init; } = 50;

    public int AwaySeconds { get; init; } = 45;

    /// <summary>Before memory is read with nobody and with everybody connected.</summary>
    public double SettleSeconds { get; init; } = 5;

    /// <summary>Publishers in the comparison with the peer.</summary>
    public int Publishers { get; init; } = 1_000;

    public int Rounds { get; init; } = 3;
    public double RoundSeconds { get; init; } = 8;

    /// <summary>Which of the comparison's contenders take part; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>How many punches a publish holds in the comparison, one after the other.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1, Contract.Protocol.MaxBatch];

    /// <summary>Write operations a second that the disk is held to; 0: as many as it takes.</summary>
    public int WriteOperations { get; init; }

    /// <summary>Where certificates are kept from run to run.</summary>
    public string Fleet { get; init; } = "";

    /// <summary>Where the run's stores lie; emptied at its start and end.</summary>
    public string Data { get; init; } = "";

    /// <summary>Markdown page whose sections are replaced by what this run measured; empty: only printed.</summary>
    public string Out { get; init; } = "";

    /// <summary>A summary for programs.</summary>
    public string Result { get; init; } = "";

    /// <summary>The bridge's program; empty: the one built beside this.</summary>
    public string Bridge { get; init; } = "";

    /// <summary>Leave the run's stores.</summary>
    public bool Keep { get; init; }

    public string Store => Postgres.Length > 0 ? "PostgreSQL" : "SQLite";

    /// <summary>The options, or one sentence about what is wrong with them.</summary>
    public static (LoadOptions? Options, string? Problem) Read(string[] args)
    {
        LoadOptions options = new();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (name == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            if (i + 1 >= args.Length) return (null, $"{name} has no value.");
            string value = args[++i];
            bool whole = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0;
            bool real = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double d) && d > 0;
            switch (name)
            {
                case "--terminals" when whole && n <= 20_000: options = options with { Terminals = n }; break;
                case "--rate" when whole: options = options with { Rate = n }; break;
                case "--minutes" when real && d <= 600: options = options with { Minutes = d }; break;
                case "--phases" when value.Split(',').All(AllPhases.Contains): options = options with { Phases = value.Split(',') }; break;
                case "--seed" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seed): options = options with { Seed = seed }; break;
                case "--postgres": options = options with { Postgres = value }; break;
                case "--at-once" when whole: options = options with { AtOnce = n }; break;
                case "--people" when whole && n <= 10_000: options = options with { People = n }; break;
                case "--compress" when real: options = options with { Compress = d }; break;
                case "--away" when whole && n < 100: options = options with { Away = n }; break;
                case "--backlog" when whole && n <= 100_000: options = options with { Backlog = n }; break;
                case "--away-seconds" when whole: options = options with { AwaySeconds = n }; break;
                case "--settle-seconds" when real: options = options with { SettleSeconds = d }; break;
                case "--publishers" when whole && n <= 20_000: options = options with { Publishers = n }; break;
                case "--rounds" when whole: options = options with { Rounds = n }; break;
                case "--round-seconds" when real: options = options with { RoundSeconds = d }; break;
                case "--only" when value.Split(',').All(ComparePhase.Contenders.Contains): options = options with { Only = value.Split(',') }; break;
                case "--batches" when Sizes(value) is { } sizes: options = options with { Batches = sizes }; break;
                case "--write-operations" when whole: options = options with { WriteOperations = n }; break;
                case "--fleet": options = options with { Fleet = value }; break;
                case "--data": options = options with { Data = value }; break;
                case "--out": options = options with { Out = value }; break;
                case "--result": options = options with { Result = value }; break;
                case "--bridge": options = options with { Bridge = value }; break;
                default: return (null, $"{name} {value} is not understood.");
            }
        }

        string fleet = options.Fleet.Length > 0 ? options.Fleet : Path.Combine(Path.GetTempPath(), "devices-fleet-load");
        options = options with
        {
            Fleet = fleet,
            Data = options.Data.Length > 0 ? options.Data : Path.Combine(fleet, "run"),
            Bridge = options.Bridge.Length > 0 ? options.Bridge : Sibling("Devices.Bridge"),
        };
        return File.Exists(options.Bridge) ? (options, null) : (null, $"The bridge is not built: {options.Bridge} is missing.");
    }

    private static int[]? Sizes(string list)
    {
        int[] sizes = [.. list.Split(',').Select(one => int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        return sizes.All(size => size is > 0 and <= Contract.Protocol.MaxBatch) ? sizes : null;
    }

    /// <summary>A program of this repository, built as this one was.</summary>
    public static string Sibling(string name)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.GetFullPath(Path.Combine(own.FullName, "..", "..", name, own.Name, name + ".dll"));
    }
}
