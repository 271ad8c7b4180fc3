using Devices.Benchmarks.Pad;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Lfw;

namespace Devices.Benchmarks;

internal static class QualityReport
{
    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        using var analyzer = pack.CreateAnalyzer();
        var all = LfwEmbeddings.List(Packs.Lfw(args));
        var none = new List<(float, float)>();
        var mask = new List<(float, float)>(); var glasses = new List<(float, float)>(); var skin = new List<(float, float)>();
        for (var i = 0; i < all.Count; i += 13)
        {
            using var frame = JpegDecoder.Decode(File.ReadAllBytes(all[i].File)).Frame!;
            if (Face(analyzer, frame) is not { Quality.IsGood: true } face) continue;
            none.Add((face.Quality.EyeTexture, face.Quality.MouthTexture));
            var to = face.Alignment!.Value.ToPicture;
            foreach (var (list, l, t, r, b, c) in new[] { (mask, 14, 66, 98, 118, 0xC8DCE6), (glasses, 16, 40, 96, 64, 0x14141A), (skin, 34, 78, 78, 108, 0xC89678) })
            {
                using var copy = frame.CloneAt(default);
                Occlude.Fill(copy, to, l, t, r, b, c);
                if (Face(analyzer, copy) is { } f) list.Add((f.Quality.EyeTexture, f.Quality.MouthTexture)); else list.Add((float.NaN, float.NaN));
            }
        }
        foreach (var (n, l) in new[] { ("none", none), ("mask", mask), ("glasses", glasses), ("skin", skin) })
        {
            var ok = l.Where(x => !float.IsNaN(x.Item1)).ToList();
            Console.WriteLine($"{n}: {l.Count} found {ok.Count}");
            Show("eye", ok.Select(x => x.Item1)); Show("mouth", ok.Select(x => x.Item2));
        }
        return 0;
    }

    private static void Show(string n, IEnumerable<float> v)
    {
        var s = v.Order().ToArray();
        Console.WriteLine("  " + n + " " + string.Join(' ', new[] { 0, .002, .005, .01, .02, .05, .1, .25, .5, .75, .9, .95, .98, .99 }.Select(q => FormattableString.Invariant($"{q}:{s[(int)(q * (s.Length - 1))]:F3}"))));
    }

    private static AnalyzedFace? Face(FaceAnalyzer analyzer, RgbFrame frame)
    {
        var faces = new DetectedFace[16];
        var count = analyzer.Detect(frame, faces);
        if (count == 0) return null;
        var centre = faces.Take(count).MinBy(f => MathF.Abs(f.Box.CentreX - (frame.Width / 2f)) + MathF.Abs(f.Box.CentreY - (frame.Height / 2f)));
        return analyzer.Analyze(frame, centre, QualityLimits.Recognition);
    }
}
