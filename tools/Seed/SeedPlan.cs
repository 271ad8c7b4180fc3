using System.Globalization;

namespace Devices.Seed;

/// <summary>What to make. The same plan makes the same rows, whatever the machine and however often the run was stopped.</summary>
internal sealed record SeedPlan
{
    public string Data { get; init; } = "";

    /// <summary>Connection file of an empty PostgreSQL database; empty for SQLite in <see cref="Data"/>.</summary>
    public string Postgres { get; init; } = "";
    public long Punches { get; init; } = 1_000_000;
    public int People { get; init; } = 20_000;
    public int Departments { get; init; } = 200;
    public int Sites { get; init; } = 3;
    public int Terminals { get; init; } = 60;
    public int Months { get; init; } = 18;

    /// <summary>The last day.</summary>
    public DateOnly End { get; init; } = new(2026, 11, 25);

    /// <summary>After so long it stops at the next good place; run it again to go on.</summary>
    public double Minutes { get; init; } = 60;

    /// <summary>What must be the same when a stopped run goes on.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"{Punches}/{People}/{Departments}/{Sites}/{Terminals}/{Months}/{End:yyyy-MM-dd}");

    /// <summary>The plan, or one sentence about what is wrong with the arguments.</summary>
    public static (SeedPlan? Plan, string? Problem) Read(string[] args)
    {
        SeedPlan plan = new();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 >= args.Length) return (null, $"{args[i]} has no value.");
            string value = args[i + 1];
            bool number = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long n) && n is > 0 and <= 100_000_000;
            if (args[i] is not ("--data" or "--postgres" or "--end" or "--minutes") && !number) return (null, $"{args[i]} {value}: give a whole number from 1.");
            switch (args[i])
            {
                case "--data": plan = plan with { Data = value }; break;
                case "--postgres": plan = plan with { Postgres = value }; break;
                case "--punches": plan = plan with { Punches = n }; break;
                case "--people": plan = plan with { People = (int)n }; break;
                case "--departments": plan = plan with { Departments = (int)n }; break;
                case "--sites": plan = plan with { Sites = (int)n }; break;
                case "--terminals": plan = plan with { Terminals = (int)n }; break;
                case "--months": plan = plan with { Months = (int)n }; break;
                case "--end" when DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day): plan = plan with { End = day }; break;
                case "--minutes" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double minutes) && minutes > 0: plan = plan with { Minutes = minutes }; break;
                default: return (null, $"{args[i]} {value} is not understood.");
            }
        }

        if (plan.Data.Length == 0) return (null, "--data DIR is missing: the directory of the bridge to make.");
        if (plan.Terminals < plan.Sites) return (null, "--terminals must be at least --sites.");
        return (plan, null);
    }
}
