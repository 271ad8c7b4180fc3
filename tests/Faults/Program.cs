using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Devices.Faults.Check;
using Devices.Faults.Net;
using Devices.Faults.Plan;
using Devices.Faults.Run;
using Devices.Up;

// tools/faults. Exit codes: 0 the promise was kept, 1 it was not (everything is kept to look at), 2 it could not run.
FaultsOptions? options = FaultsOptions.Parse(args, out string? unreadable);
if (options is null)
{
    Console.Error.WriteLine($"error: {unreadable}");
    Console.Error.WriteLine(FaultsOptions.Usage);
    return 2;
}
if (!options.Inside && !options.PlanOnly && !options.List && Machine.CanIsolate) return await Machine.Enter(args);

using var stop = new CancellationTokenSource();
using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    (IReadOnlyList<FaultKind> kinds, IReadOnlyList<string> leftOut) = Machine.Kinds(options);
    if (options.List)
    {
        foreach (FaultKind kind in FaultKind.All) Console.WriteLine($"{kind.Name,-22} {kind.Words}");
        foreach (string sentence in leftOut) Console.WriteLine(sentence);
        return 0;
    }
    if (kinds.Count == 0) throw new UpFault($"None of these kinds can be done here. {string.Join(' ', leftOut)}");
    foreach (string sentence in leftOut) Console.WriteLine(sentence);
    if (options.PlanOnly)
    {
        foreach (FaultPlan plan in Plans(kinds))
        {
            Console.WriteLine($"session {plan.Seed}");
            foreach (FaultStep step in plan.Rounds.SelectMany(r => r.Board is null ? r.Lanes.SelectMany(l => l) : r.Lanes.SelectMany(l => l).Append(r.Board))) Console.WriteLine($"  {step}");
        }
        return 0;
    }
    if (options.Inside) await Shell.Run("mount --make-rprivate / && ip link set lo up", stop.Token);
    return await Play(kinds);
}
catch (UpFault fault)
{
    Console.Error.WriteLine($"error: {fault.Message}");
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("Stopped.");
    return 2;
}

async Task<int> Play(IReadOnlyList<FaultKind> kinds)
{
    string root = Layout.FindRoot();
    string data = options.Data ?? Path.Combine(root, ".run", "faults");
    Tally tally = new();
    long began = Stopwatch.GetTimestamp();
    int code = 0;
    foreach (FaultPlan plan in Plans(kinds))
    {
        if (Stopwatch.GetElapsedTime(began).TotalMinutes > options.Minutes) break;
        using Layout layout = Layout.Prepare(root, data);
        Session session = new(options, plan, layout, tally, Say, () => Stopwatch.GetElapsedTime(began).TotalMinutes > options.Minutes);
        IReadOnlyList<Violation> wrong;
        try
        {
            wrong = await session.Run(options.Inside, stop.Token);
        }
        catch (UpFault fault)
        {
            // A part that does not come back is no broken promise yet, and nothing that may be passed over.
            Console.Error.WriteLine($"error: session {plan.Seed} could not go on: {fault.Message}");
            code = 2;
            break;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was done until now is told nevertheless.
            Console.WriteLine("Stopped.");
            code = 2;
            break;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A fault of this program's own, as in reading a place; the sessions before it count.
            Console.Error.WriteLine($"error: session {plan.Seed} could not go on: {fault}");
            code = 2;
            break;
        }
        if (wrong.Count == 0) continue;
        code = 1;
        Console.WriteLine();
        Console.WriteLine($"The promise was broken. {wrong[0].Wrong}: {wrong[0].Sentence}");
        foreach (Violation one in wrong.Skip(1).Take(20)) Console.WriteLine($"  {one.Wrong}: {one.Sentence}");
        Console.WriteLine($"Again: tools/faults --seed {plan.Seed} --count {plan.Count} --session {options.Session} --check {options.Check} --terminals {options.Terminals} --people {options.People}{(options.Postgres ? " --postgres" : "")}{(options.Kinds.Count > 0 ? $" --kinds {string.Join(',', options.Kinds)}" : "")}");
        Console.WriteLine($"Everything it left is in {data}.kept");
        break;
    }
    string table = tally.Markdown();
    double minutes = Stopwatch.GetElapsedTime(began).TotalMinutes;
    Console.WriteLine();
    Console.WriteLine(table);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally.Faults} faults in {minutes:0.0} minutes, {tally.Faults / minutes:0} a minute; {tally.Violations} differences."));
    if (options.Report is { } report) await File.WriteAllTextAsync(report, table, CancellationToken.None);
    return code;
}

IEnumerable<FaultPlan> Plans(IReadOnlyList<FaultKind> kinds)
{
    // Each session has a seed of its own, so that one can be played alone.
    for (int left = options.Count, seed = options.Seed; left > 0; left -= options.Session, seed++)
        yield return FaultPlan.Make(seed, kinds, options.Terminals, Math.Min(left, options.Session), options.Check);
}

void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} {line}"));

void Stop(PosixSignalContext signal)
{
    // The first signal stops in order; a second one ends this program at once, and with it everything in its namespaces.
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}
