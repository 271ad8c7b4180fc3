using System.Diagnostics;

namespace Devices.Benchmarks;

/// <summary>
/// Times two ways of the same work in turns within one run and reports their ratio, so that a busy machine slows both
/// alike. The figure is the median of several rounds.
/// </summary>
internal static class Peers
{
    internal static double Median(Action work, int rounds, TimeSpan budget)
    {
        work();
        work();
        var times = new List<double>();
        var total = Stopwatch.StartNew();
        for (var i = 0; i < rounds && (i < 3 || total.Elapsed < budget); i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    internal static void Compare(string name, Action ours, string peerName, Action peer, int rounds = 40)
    {
        var (a, b) = InTurns(ours, peer, rounds);
        Console.WriteLine($"| {name} | {a:F3} ms | {peerName} | {b:F3} ms | {a / b:F2} |");
    }

    /// <summary>Median milliseconds of both, five turns each.</summary>
    internal static (double Ours, double Peer) InTurns(Action ours, Action peer, int rounds = 40)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < 5; turn++)
        {
            a.Add(Median(ours, rounds / 5, TimeSpan.FromSeconds(1)));
            b.Add(Median(peer, rounds / 5, TimeSpan.FromSeconds(1)));
        }

        a.Sort();
        b.Sort();
        return (a[2], b[2]);
    }

    /// <summary>
    /// Milliseconds of both when nothing else of the machine got in between: the 20th percentile over many short turns.
    /// For work of a few milliseconds whose limit is the memory, which every other program of the machine shares.
    /// </summary>
    internal static (double Ours, double Peer) Undisturbed(Action ours, Action peer, int turns = 40, int calls = 5)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < turns; turn++)
        {
            Turn(ours, calls, a);
            Turn(peer, calls, b);
        }

        a.Sort();
        b.Sort();
        return (a[a.Count / 5], b[b.Count / 5]);
    }

    /// <summary>
    /// Peer's time by ours, each turn by itself (its median calls), sorted: what a machine does that is now quick and now slow
    /// meets both sides of one turn. And the undisturbed milliseconds of both, as <see cref="Undisturbed"/>.
    /// </summary>
    internal static (double Ours, double Peer, double[] Ratios) Paired(Action ours, Action peer, int turns, int calls = 5)
    {
        var (a, b, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var turn = 0; turn < turns; turn++)
        {
            var (mine, theirs) = (new List<double>(), new List<double>());
            Turn(ours, calls, mine);
            Turn(peer, calls, theirs);
            mine.Sort();
            theirs.Sort();
            ratios.Add(theirs[calls / 2] / mine[calls / 2]);
            a.AddRange(mine);
            b.AddRange(theirs);
        }

        a.Sort();
        b.Sort();
        ratios.Sort();
        return (a[a.Count / 5], b[b.Count / 5], [.. ratios]);
    }

    // The first call of a turn finds the caches full of the other's data and is not counted.
    private static void Turn(Action work, int calls, List<double> times)
    {
        work();
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    internal static void Header()
    {
        Console.WriteLine("| what | ours | peer in the same run | peer | ours / peer |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
    }
}
