using System.Globalization;
using System.Text;
using Devices.PowerCut.Disk;
using Devices.PowerCut.Scenarios;
using Devices.PowerCut.Vfs;

namespace Devices.PowerCut;

/// <summary>How a scenario is recorded and replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>Things the scenario does.</summary>
    public int Steps { get; init; } = 40;

    /// <summary>Most states of the disk at one cut.</summary>
    public int StatesPerCut { get; init; } = 6;

    /// <summary>Most states in all; cuts are then drawn evenly from the whole recording.</summary>
    public int MostStates { get; init; } = int.MaxValue;

    /// <summary>Of a hundred states, how many lose the power once more while they are opened.</summary>
    public int CutAgainPercent { get; init; } = 8;

    /// <summary>The mutation: <c>0</c> or <c>1</c> instead of the product's <c>PRAGMA synchronous=FULL</c>.</summary>
    public char? Synchronous { get; init; }

    /// <summary>The mutation: the disk says that it has synced and has not.</summary>
    public bool Lies { get; init; }

    /// <summary>The disk spoils the whole sector in which the power went, not only the bytes that were being written.</summary>
    public bool Smash { get; init; }

    /// <summary>How the disk fails while the scenario is recorded.</summary>
    public DiskFaults? Faults { get; init; }
}

/// <summary>What a replay found.</summary>
public sealed class ReplayResult
{
    public int Operations { get; set; }
    public int Writes { get; set; }
    public int Syncs { get; set; }
    public int Promises { get; set; }
    public int Cuts { get; set; }

    /// <summary>States that were opened with the product's code and compared.</summary>
    public int States { get; set; }

    /// <summary>Of these, lost the power again while they were opened.</summary>
    public int Twice { get; set; }

    /// <summary>States that had been looked at already with the same promises.</summary>
    public int Known { get; set; }

    public List<string> Violations { get; } = [];

    public void Add(ReplayResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Operations += other.Operations;
        Writes += other.Writes;
        Syncs += other.Syncs;
        Promises += other.Promises;
        Cuts += other.Cuts;
        States += other.States;
        Twice += other.Twice;
        Known += other.Known;
        Violations.AddRange(other.Violations);
    }

    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Operations} operations ({Writes} writes, {Syncs} syncs), {Promises} promises, {Cuts} cuts, {States} states opened ({Twice} cut twice, {Known} more were known), {Violations.Count} violations");
        return text.ToString();
    }
}

/// <summary>
/// Records a scenario and then cuts the power at each of its operations: every state that the disk may be in is laid out, opened with the
/// product's code, and compared with what was promised before the cut.
/// </summary>
public sealed class Replayer(IScenario scenario, int seed, ReplayOptions options)
{
    private const int Shown = 20;
    private readonly HashSet<(UInt128, int)> _known = [];
    private readonly Random _random = new(seed);

    /// <summary>Runs it in a folder of its own, which is deleted.</summary>
    public ReplayResult Run()
    {
        string scratch = Scratch();
        try
        {
            ReplayResult result = new();
            DiskLog log = Record(scratch, result);
            Cut(log, Path.Combine(scratch, "cut"), result);
            return result;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Records only; for the number of calls that a fault can meet, and for what the product says to a fault.</summary>
    public DiskLog Record(ReplayResult result)
    {
        string scratch = Scratch();
        try
        {
            return Record(scratch, result);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    // Memory where there is some: what the disk would have is the model's business, and a real one would only be slow.
    private static string Scratch() => Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"powercut-{Environment.ProcessId}-{Guid.NewGuid():N}");

    private DiskLog Record(string scratch, ReplayResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string folder = Path.Combine(scratch, "live");
        Directory.CreateDirectory(folder);
        scenario.Prepare(folder);
        DiskLog log = new(DiskImage.Read(folder)) { Synchronous = options.Synchronous, Lies = options.Lies, Faults = options.Faults };
        string? fault;
        using (RecordingVfs.Watch(folder, log)) fault = Guarded(() => scenario.Work(folder, log, _random, options.Steps, options.Faults is not null));
        if (fault is not null) result.Violations.Add($"{Where(-1)}: {fault}");
        IReadOnlyList<DiskOp> ops = log.Ops;
        if (options.Faults?.Kind != DiskFaultKind.SyncDrops) SeesAll(log, folder);
        result.Operations += ops.Count(op => op is not DiskOp.Mark);
        result.Writes += ops.Count(op => op is DiskOp.Write);
        result.Syncs += ops.Count(op => op is DiskOp.Sync);
        result.Promises += ops.Count(op => op is DiskOp.Mark { Fact: not Asked });
        return log;
    }

    // Were anything done to the files that was not written down, all that follows would be worth nothing.
    private static void SeesAll(DiskLog log, string folder)
    {
        DiskModel model = new(log.Start);
        foreach (DiskOp op in log.Ops) model.Apply(op);
        DiskImage real = DiskImage.Read(folder);
        if (!real.Files.Keys.Order(StringComparer.Ordinal).SequenceEqual(model.Files.Select(one => one.Key).Order(StringComparer.Ordinal)))
            throw new InvalidOperationException($"The recording has other files than the folder: {string.Join(", ", model.Files.Select(one => one.Key))} instead of {real}.");
        foreach ((string name, int node) in model.Files)
        {
            byte[] built = model.Node(node).Build(new(model.Node(node), 512) { All = true });
            if (!built.AsSpan().SequenceEqual(real.Files[name].Span)) throw new InvalidOperationException($"{name} as it was recorded is not what lies in the folder ({built.Length} and {real.Files[name].Length} bytes).");
        }
    }

    private void Cut(DiskLog log, string folder, ReplayResult result)
    {
        IReadOnlyList<DiskOp> ops = log.Ops;
        // Few states: as many places as they need, and one at least, drawn from all.
        int places = (int)Math.Min(ops.Count + 1, options.MostStates / (double)options.StatesPerCut + 1);
        int[] all = [.. Enumerable.Range(0, ops.Count + 1)];
        _random.Shuffle(all);
        HashSet<int> cuts = [.. all.Take(places)];
        DiskModel model = new(log.Start);
        List<object> facts = [];
        for (int at = 0; at <= ops.Count && result.States < options.MostStates; at++)
        {
            if (cuts.Contains(at))
            {
                result.Cuts++;
                Told told = new(facts, ops.Skip(at).OfType<DiskOp.Mark>().Select(mark => mark.Fact).FirstOrDefault(fact => fact is not Asked));
                foreach (DiskImage image in new CutChooser(model, _random).States(options.StatesPerCut, options.Smash))
                    Look(image, told, folder, at, result);
            }

            if (at == ops.Count) break;
            if (ops[at] is DiskOp.Mark mark) facts.Add(mark.Fact);
            else model.Apply(ops[at]);
        }
    }

    private void Look(DiskImage image, Told told, string folder, int at, ReplayResult result)
    {
        if (!_known.Add((image.Fingerprint(), told.Facts.Count)))
        {
            result.Known++;
            return;
        }

        image.Write(folder);
        if (_random.Next(100) < options.CutAgainPercent)
        {
            if (Again(image, folder, result) is { } left)
            {
                image = left;
                image.Write(folder);
            }
        }

        Leftovers(folder, image);
        result.States++;
        if (Guarded(() => scenario.Check(folder, told, _random)) is not { } broken) return;
        if (result.Violations.Count < Shown) result.Violations.Add($"{Where(at)} ({image}; last: {string.Join(" | ", told.Facts.TakeLast(2).Select(Promise.Short))}): {broken}");
        else result.Violations.Add(Where(at));
    }

    // The power goes again while the first start reads what the first cut left.
    private DiskImage? Again(DiskImage image, string folder, ReplayResult result)
    {
        DiskLog log = new(image);
        using (RecordingVfs.Watch(folder, log))
        {
            // What it says is looked at by the check that follows.
            _ = Guarded(() =>
            {
                scenario.Recover(folder);
                return null;
            });
        }

        IReadOnlyList<DiskOp> ops = log.Ops;
        if (ops.Count == 0) return null;
        DiskModel model = new(image);
        int through = _random.Next(ops.Count + 1);
        for (int n = 0; n < through; n++) model.Apply(ops[n]);
        DiskImage[] states = [.. new CutChooser(model, _random).States(4)];
        result.Twice++;
        return states[_random.Next(states.Length)];
    }

    // A WAL index of the time before may lie there after a cut, whole, in part or as rubbish: it must not be believed.
    private void Leftovers(string folder, DiskImage image)
    {
        if (_random.Next(4) > 0) return;
        foreach (string name in image.Files.Keys.Where(name => name.EndsWith("-wal", StringComparison.Ordinal)))
        {
            byte[] rubbish = new byte[_random.Next(3) * 16384];
            _random.NextBytes(rubbish);
            File.WriteAllBytes(Path.Combine(folder, name[..^4] + "-shm"), rubbish);
        }
    }

    private string Where(int at) => string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}, seed {seed}{(at < 0 ? ", while it ran" : $", cut before operation {at}")}{(options.Faults is { } faults ? $", disk fault {faults}" : "")}");

    private static string? Guarded(Func<string?> work)
    {
        try
        {
            return work();
        }
        catch (BrokenPromiseException broken)
        {
            return broken.Message;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return $"{fault.GetType().Name}: {fault.Message} {fault.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Devices.", StringComparison.Ordinal))?.Trim()}";
        }
    }
}
