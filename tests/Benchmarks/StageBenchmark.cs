using System.Diagnostics;
using OpenCvSharp;

namespace Devices.Benchmarks;

/// <summary>
/// Each stage and the whole frame → decision against OpenCV on the same ONNX files, in turns, one and two threads.
/// The ratio is the median of the ratios of single turns, so that a load that comes and goes meets both sides.
/// </summary>
internal static class StageBenchmark
{
    internal static int Run(string[] args)
    {
        var at = Array.IndexOf(args, "--rounds");
        var rounds = at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : 60;
        Console.WriteLine($"OpenCV {Cv2.GetVersionString()}, {Environment.ProcessorCount} cores.");
        foreach (var threads in (int[])[1, 2])
        {
            using var pair = new FacePair(threads, args);
            Console.WriteLine();
            Console.WriteLine($"{threads} {(threads == 1 ? "thread" : "threads")}, one face in a {pair.Frame} frame, pack {pair.Pack}, {rounds} turns; {pair.Agreement}:");
            Console.WriteLine();
            Console.WriteLine("| stage | ours, ms | OpenCV, ms | ours / OpenCV | quartiles of the ratio |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            foreach (var (name, ours, peer) in pair.Stages)
            {
                Row(name, ours, peer, rounds);
            }
        }

        return 0;
    }

    private static void Row(string name, Action ours, Action peer, int rounds)
    {
        for (var i = 0; i < 5; i++)
        {
            ours();
            peer();
        }

        var (a, b, ratios) = (new double[rounds], new double[rounds], new double[rounds]);
        for (var i = 0; i < rounds; i++)
        {
            // Who is first changes, so that neither always finds the caches of the other.
            if (i % 2 == 0)
            {
                a[i] = Time(ours);
                b[i] = Time(peer);
            }
            else
            {
                b[i] = Time(peer);
                a[i] = Time(ours);
            }

            ratios[i] = a[i] / b[i];
        }

        Array.Sort(a);
        Array.Sort(b);
        Array.Sort(ratios);
        Console.WriteLine($"| {name} | {a[rounds / 2]:F2} | {b[rounds / 2]:F2} | **{ratios[rounds / 2]:F2}** | {ratios[rounds / 4]:F2}–{ratios[rounds * 3 / 4]:F2} |");
    }

    private static double Time(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
