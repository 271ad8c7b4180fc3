using System.Globalization;
using Devices.Faults.Plan;

namespace Devices.Faults.Run;

/// <summary>What <c>tools/faults</c> was asked for.</summary>
internal sealed record FaultsOptions
{
    public const string Usage = """
        usage: tools/faults --count N [--seed S] [--kinds a,b] [--postgres] [--terminals 6] [--people 24]
                            [--session 600] [--check 120] [--minutes M] [--data FOLDER] [--report FILE] [--plan] [--list]
          --count      faults in all
          --seed       the plan's seed (default 1); the same seed plans the same faults at the same steps
          --kinds      only these, as --list names them
          --postgres   the bridge on a PostgreSQL of this run's own, which is a victim too
          --terminals  terminals in each installation (1 to 40); --people at each (8 to 99)
          --session    faults before a fresh installation is set up
          --check      faults between two checks of everybody
          --minutes    end with the round that is under way after so many minutes
          --data       where this run keeps its files (default: .run/faults); emptied at the start
          --report     writes the table into this file too
          --plan       only prints what would be done
          --list       only prints the kinds, and what keeps any from being done on this machine
        """;

    public int Count { get; init; }
    public int Seed { get; init; } = 1;
    public IReadOnlyList<string> Kinds { get; init; } = [];
    public bool Postgres { get; init; }
    public int Terminals { get; init; } = 6;
    public int People { get; init; } = 24;
    public int Session { get; init; } = 600;
    public int Check { get; init; } = 120;
    public double Minutes { get; init; } = double.MaxValue;
    public string? Data { get; init; }
    public string? Report { get; init; }
    public bool PlanOnly { get; init; }
    public bool List { get; init; }

    /// <summary>Set by this program for itself, once it runs in its own namespaces.</summary>
    public bool Inside { get; init; }

    /// <summary>Reads the command line; null and a sentence where it cannot be read.</summary>
    public static FaultsOptions? Parse(string[] args, out string? fault)
    {
        FaultsOptions options = new();
        fault = null;
        for (int i = 0; i < args.Length && fault is null; i++)
        {
            string name = args[i];
            if (name is "--postgres" or "--plan" or "--list" or "--inside")
            {
                options = name switch { "--postgres" => options with { Postgres = true }, "--plan" => options with { PlanOnly = true }, "--list" => options with { List = true }, _ => options with { Inside = true } };
                continue;
            }
            if (i + 1 == args.Length)
            {
                fault = $"{name} needs a value, or is not known.";
                break;
            }
            string value = args[++i];
            options = name switch
            {
                "--count" => options with { Count = Whole(name, value, 1, 1_000_000, ref fault) },
                "--seed" => options with { Seed = Whole(name, value, 0, int.MaxValue, ref fault) },
                "--kinds" => options with { Kinds = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) },
                "--terminals" => options with { Terminals = Whole(name, value, 1, 40, ref fault) },
                "--people" => options with { People = Whole(name, value, 8, 99, ref fault) },
                "--session" => options with { Session = Whole(name, value, 1, 100_000, ref fault) },
                "--check" => options with { Check = Whole(name, value, 1, 10_000, ref fault) },
                "--minutes" => options with { Minutes = Whole(name, value, 1, 10_000, ref fault) },
                "--data" => options with { Data = Path.GetFullPath(value) },
                "--report" => options with { Report = Path.GetFullPath(value) },
                _ => Unknown(options, name, ref fault),
            };
        }
        if (fault is null && options.Kinds.FirstOrDefault(k => FaultKind.All.All(known => known.Name != k)) is { } strange) fault = $"--kinds: '{strange}' is not known; --list names them.";
        if (fault is null && options.Count == 0 && !options.List) fault = "Say how many faults with --count.";
        return fault is null ? options : null;
    }

    private static FaultsOptions Unknown(FaultsOptions options, string name, ref string? fault)
    {
        fault = $"'{name}' is not known.";
        return options;
    }

    private static int Whole(string name, string text, int least, int most, ref string? fault)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most) return value;
        fault ??= string.Create(CultureInfo.InvariantCulture, $"{name} '{text}' has to be a whole number from {least} to {most}.");
        return 0;
    }
}
