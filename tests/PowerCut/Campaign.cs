using System.Globalization;
using System.Text.Json;
using Devices.PowerCut.Disk;
using Devices.PowerCut.Scenarios;

namespace Devices.PowerCut;

/// <summary>What a run over many seeds does to the product.</summary>
public enum Ordeal
{
    /// <summary>The power is cut; the product as it is.</summary>
    Cut,

    /// <summary>The disk fails for a while, and the power is cut during and after it.</summary>
    DiskFault,

    /// <summary>The mutation <c>synchronous=OFF</c>: losses must be found.</summary>
    SynchronousOff,

    /// <summary>The mutation <c>synchronous=NORMAL</c>, which in WAL mode syncs at checkpoints only: losses must be found.</summary>
    SynchronousNormal,

    /// <summary>A disk that says that it has synced and has not: losses must be found, no program can do anything about it.</summary>
    LyingDisk,

    /// <summary>A disk without powersafe overwrite. Not promised; counted so that one knows.</summary>
    SmashedSector,
}

/// <summary>One line of the tally.</summary>
public sealed record TallyLine(Ordeal Ordeal, string Scenario, string Variant, int Seed, int Operations, int Writes, int Syncs, int Promises, int Cuts, int States, int Twice, int Known, int Violations, double Seconds);

/// <summary>Runs of one scenario under one ordeal.</summary>
public static class Campaign
{
    private static readonly int[] Lengths = [1, 2, 5, 40];

    public static IReadOnlyList<IScenario> Scenarios { get; } = [new LedgerScenario(), new BoardScenario(), new BridgeScenario(), new BridgeScenario(fromNothing: true), new FileScenario()];

    /// <summary>One recording with its cuts.</summary>
    public static ReplayResult Run(Ordeal ordeal, IScenario scenario, int seed, int states, out string variant)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        Random random = new(seed * 31 + (int)ordeal);
        ReplayOptions options = new()
        {
            Steps = scenario is LedgerScenario ? random.Next(10, 120) : random.Next(10, 60), StatesPerCut = 6, MostStates = states,
            Synchronous = ordeal switch { Ordeal.SynchronousOff => '0', Ordeal.SynchronousNormal => '1', _ => null },
            Lies = ordeal == Ordeal.LyingDisk, Smash = ordeal == Ordeal.SmashedSector,
        };
        variant = "";
        if (ordeal == Ordeal.DiskFault)
        {
            DiskFaultKind[] kinds = Enum.GetValues<DiskFaultKind>();
            DiskFaultKind kind = kinds[random.Next(kinds.Length)];
            variant = kind.ToString();
            // How many calls of the kind there are, then one of them.
            DiskFaults count = new(kind, int.MaxValue, 1);
            new Replayer(scenario, seed, options with { Faults = count }).Record(new());
            options = options with { Faults = new(kind, random.Next(1, Math.Max(2, count.Calls + 1)), Lengths[random.Next(Lengths.Length)]) };
        }

        return new Replayer(scenario, seed, options).Run();
    }

    public static TallyLine Line(Ordeal ordeal, IScenario scenario, string variant, int seed, ReplayResult result, TimeSpan took)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(result);
        return new(ordeal, scenario.Name, variant, seed, result.Operations, result.Writes, result.Syncs, result.Promises, result.Cuts, result.States, result.Twice, result.Known, result.Violations.Count, Math.Round(took.TotalSeconds, 1));
    }

    /// <summary>The tables of RESULTS.md from the lines of all runs.</summary>
    public static string Report(IEnumerable<string> lines)
    {
        TallyLine[] all = [.. lines.Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<TallyLine>(line)!)];
        using StringWriter text = new(CultureInfo.InvariantCulture);
        foreach (IGrouping<Ordeal, TallyLine> ordeal in all.GroupBy(one => one.Ordeal).OrderBy(one => one.Key))
        {
            text.WriteLine($"## {Title(ordeal.Key)}");
            text.WriteLine();
            text.WriteLine("| scenario | seeds | operations (writes, syncs) | promises | cuts | states opened | cut twice | violations |");
            text.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (IGrouping<string, TallyLine> one in ordeal.GroupBy(line => line.Variant.Length > 0 ? $"{line.Scenario}, {line.Variant}" : line.Scenario).OrderBy(one => one.Key, StringComparer.Ordinal)) Row(one.Key, [.. one]);
            Row("**all**", [.. ordeal]);
            text.WriteLine();
        }

        return text.ToString();

        void Row(string name, TallyLine[] of) => text.WriteLine(
            $"| {name} | {of.Length} ({of.Min(one => one.Seed)}–{of.Max(one => one.Seed)}) | {of.Sum(one => (long)one.Operations):N0} ({of.Sum(one => (long)one.Writes):N0}, {of.Sum(one => (long)one.Syncs):N0}) | {of.Sum(one => (long)one.Promises):N0} | {of.Sum(one => (long)one.Cuts):N0} | {of.Sum(one => (long)one.States):N0} | {of.Sum(one => (long)one.Twice):N0} | {of.Sum(one => (long)one.Violations):N0} |");
    }

    private static string Title(Ordeal ordeal) => ordeal switch
    {
        Ordeal.Cut => "Power cuts: the product as it is",
        Ordeal.DiskFault => "Disk faults, with power cuts during and after them",
        Ordeal.SynchronousOff => "Mutation `synchronous=OFF` (violations are what must be found)",
        Ordeal.SynchronousNormal => "Mutation `synchronous=NORMAL` (violations are what must be found)",
        Ordeal.LyingDisk => "A disk that says that it has synced and has not (no program can help)",
        _ => "A disk without powersafe overwrite (not promised)",
    };
}
