using System.Diagnostics;
using OpenCvSharp;

namespace Devices.Benchmarks;

/// <summary>
/// Each stage and the whole frame → decision against OpenCV on the same ONNX files, in turns, one and two threads.
/// The ratio is the median of the ratios of single turns, so that a load that comes and goes meets both sides.
/// </summary>
internal static class StageBenchmark
{
    private const int Repeats = 4;

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
            Console.WriteLine("| stage | ours, ms | OpenCV, ms | ours / OpenCV | quartiles of the ratio | processor time, ms | ours / OpenCV |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
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
        var (ca, cb) = (new double[rounds], new double[rounds]);
        for (var i = 0; i < rounds; i++)
        {
            // Who is first changes, so that neither always finds the caches of the other.
            if (i % 2 == 0)
            {
                (a[i], ca[i]) = Time(ours);
                (b[i], cb[i]) = Time(peer);
            }
            else
            {
                (b[i], cb[i]) = Time(peer);
                (a[i], ca[i]) = Time(ours);
            }

            ratios[i] = a[i] / b[i];
        }

        foreach (var list in (double[][])[a, b, ratios, ca, cb])
        {
            Array.Sort(list);
        }

        var middle = rounds / 2;
        Console.WriteLine($"| {name} | {a[middle]:F2} | {b[middle]:F2} | **{ratios[middle]:F2}** | {ratios[rounds / 4]:F2}–{ratios[rounds * 3 / 4]:F2} "
            + $"| {ca[middle]:F2} / {cb[middle]:F2} | {ca[middle] / cb[middle]:F2} |");
    }

    // Wall time is what a person waits for; processor time does not know that others load the machine.
    private static (double Wall, double Processor) Time(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Repeats; i++)
        {
            work();
        }

        var wall = Stopwatch.GetElapsedTime(start);
        return (wall.TotalMilliseconds / Repeats, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Repeats);
    }
}
