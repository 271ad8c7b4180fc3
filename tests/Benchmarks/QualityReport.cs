using Devices.Benchmarks.Pad;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;

namespace Devices.Benchmarks;

/// <summary>
/// How often each quality gate refuses good pictures (LFW, as published), and how often it notices a picture spoilt by
/// a stated amount. Prints Markdown.
/// </summary>
internal static class QualityReport
{
    private static readonly QualityLimits Limits = QualityLimits.Recognition;

    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        using var analyzer = pack.CreateAnalyzer();
        var all = PictureFolder.Read(Packs.Lfw(args)).Pictures;
        var refusals = new Dictionary<QualityReason, int>();
        var enlarged = new Dictionary<QualityReason, int>();
        var good = new List<(string File, float Eyes)>();
        int faces = 0, none = 0;
        for (var i = 0; i < all.Count; i += 3)
        {
            using var frame = JpegDecoder.Decode(File.ReadAllBytes(all[i].File)).Frame!;
            if (Face(analyzer, frame) is not { } face)
            {
                none++;
                continue;
            }

            faces++;
            Count(refusals, face.Quality.Reason);

            // LFW's faces are small; the other gates are judged as if size were no matter.
            var apart = new QualityAssessor().Assess(frame, face.Box, face.DetectionScore, face.Points, face.Alignment, Limits with { MinimumEyeDistance = 8 });
            Count(enlarged, apart.Reason);
            if (apart.IsGood && i % 24 == 0)
            {
                good.Add((all[i].File, apart.EyeDistance));
            }
        }

        Console.WriteLine($"## Refusals of good pictures\n\n{faces} LFW pictures as published (every third), {none} without a face.\n");
        Console.WriteLine("| gate | refused | share | refused with the size gate set aside | share | 95 % |\n| --- | --- | --- | --- | --- | --- |");
        foreach (var reason in Enum.GetValues<QualityReason>().Where(r => r is not (QualityReason.Good or QualityReason.OutsideRegion or QualityReason.BehindAnother)))
        {
            int a = refusals.GetValueOrDefault(reason), b = enlarged.GetValueOrDefault(reason);
            var (low, high) = Interval.Wilson(b, faces);
            Console.WriteLine(FormattableString.Invariant($"| {reason} | {a} | {100.0 * a / faces:F2} % | {b} | {100.0 * b / faces:F2} % | {100 * low:F2}–{100 * high:F2} % |"));
        }

        var total = faces - enlarged.GetValueOrDefault(QualityReason.Good);
        var (l, h) = Interval.Wilson(total, faces);
        Console.WriteLine(FormattableString.Invariant($"| all together | {faces - refusals.GetValueOrDefault(QualityReason.Good)} | {100.0 * (faces - refusals.GetValueOrDefault(QualityReason.Good)) / faces:F2} % | {total} | {100.0 * total / faces:F2} % | {100 * l:F2}–{100 * h:F2} % |"));
        Spoil(analyzer, good);
        return 0;
    }

    private static void Spoil(FaceAnalyzer analyzer, List<(string File, float Eyes)> good)
    {
        Console.WriteLine($"\n## Pictures spoilt by a stated amount\n\n{good.Count} LFW pictures that passed, each enlarged so that the eyes are 60 pixels apart. \"Refused\" counts any gate and faces no longer found.\n");
        Console.WriteLine("| gate | amount | noticed by this gate | refused at all |\n| --- | --- | --- | --- |");
        var tests = new (QualityReason Gate, string Amount, Func<RgbFrame, AnalyzedFace, RgbFrame> Make, bool OldPoints)[]
        {
            (QualityReason.Good, "as it is", (f, _) => f.CloneAt(default), false),
            (QualityReason.Blurred, "Gaussian σ 2 px", (f, _) => Blurred(f, 2), false),
            (QualityReason.Blurred, "Gaussian σ 4 px", (f, _) => Blurred(f, 4), false),
            (QualityReason.Blurred, "Gaussian σ 6 px", (f, _) => Blurred(f, 6), false),
            (QualityReason.TooDark, "gain 0.5", (f, _) => Light(f, 0.5f, 0), false),
            (QualityReason.TooDark, "gain 0.25", (f, _) => Light(f, 0.25f, 0), false),
            (QualityReason.TooDark, "gain 0.12", (f, _) => Light(f, 0.12f, 0), false),
            (QualityReason.TooBright, "gain 2", (f, _) => Light(f, 2, 0), false),
            (QualityReason.TooBright, "gain 4", (f, _) => Light(f, 4, 0), false),
            (QualityReason.TooBright, "veil +150", (f, _) => Light(f, 1, 150), false),
            (QualityReason.LowContrast, "contrast × 0.2 about its grey", (f, _) => Light(f, 0.2f, 110), false),
            (QualityReason.Tilted, "30° in the plane", (f, _) => Turned(f, 30), false),
            (QualityReason.Tilted, "60° in the plane", (f, _) => Turned(f, 60), false),
            (QualityReason.Covered, "mask, light blue", (f, a) => Covered(f, a, 14, 66, 98, 118, 0xB4D2E6), false),
            (QualityReason.Covered, "mask, black", (f, a) => Covered(f, a, 14, 66, 98, 118, 0x1E1E22), false),
            (QualityReason.Covered, "skin-coloured hand on the mouth", (f, a) => Covered(f, a, 34, 78, 78, 108, 0xC89678), false),
            (QualityReason.Covered, "dark glasses", (f, a) => Covered(f, a, 16, 40, 96, 64, 0x14141A), false),
            (QualityReason.Covered, "mask, light blue; points as before", (f, a) => Covered(f, a, 14, 66, 98, 118, 0xB4D2E6), true),
            (QualityReason.Covered, "dark glasses; points as before", (f, a) => Covered(f, a, 16, 40, 96, 64, 0x14141A), true),
        };
        var noticed = new int[tests.Length];
        var refused = new int[tests.Length];
        foreach (var (file, eyes) in good)
        {
            using var small = JpegDecoder.Decode(File.ReadAllBytes(file)).Frame!;
            using var frame = PadScene.Enlarge(small, Math.Max(1, (int)MathF.Round(60 / eyes)));
            if (Face(analyzer, frame) is not { } before)
            {
                continue;
            }

            for (var i = 0; i < tests.Length; i++)
            {
                using var spoilt = tests[i].Make(frame, before);
                var reason = tests[i].OldPoints
                    ? new QualityAssessor().Assess(spoilt, before.Box, 1, before.Points, before.Alignment, Limits).Reason
                    : Face(analyzer, spoilt)?.Quality.Reason;
                noticed[i] += reason == tests[i].Gate ? 1 : 0;
                refused[i] += reason == QualityReason.Good ? 0 : 1;
            }
        }

        for (var i = 0; i < tests.Length; i++)
        {
            Console.WriteLine(FormattableString.Invariant($"| {tests[i].Gate} | {tests[i].Amount} | {100.0 * noticed[i] / good.Count:F0} % | {100.0 * refused[i] / good.Count:F0} % |"));
        }
    }

    private static RgbFrame Blurred(RgbFrame frame, float sigma)
    {
        var copy = frame.CloneAt(default);
        PadScene.Blur(copy, sigma);
        return copy;
    }

    private static RgbFrame Light(RgbFrame frame, float gain, float offset)
    {
        var copy = frame.CloneAt(default);
        foreach (ref var value in copy.Pixels)
        {
            value = (byte)Math.Clamp((value * gain) + offset, 0, 255);
        }

        return copy;
    }

    private static RgbFrame Turned(RgbFrame frame, float degrees) =>
        PadScene.View(frame, new PadScene.Pose(0, 0, 1, degrees, 0, 0, 1), MathF.Min(PadScene.Width / (float)frame.Width, PadScene.Height / (float)frame.Height) / MathF.Max(PadScene.Width / (float)frame.Width, PadScene.Height / (float)frame.Height), 0, 1, default);

    private static RgbFrame Covered(RgbFrame frame, AnalyzedFace face, int left, int top, int right, int bottom, int colour)
    {
        var copy = frame.CloneAt(default);
        Occlude.Fill(copy, (face.Alignment ?? default(FaceAlignment)).ToPicture, left, top, right, bottom, colour);
        return copy;
    }

    private static void Count(Dictionary<QualityReason, int> counts, QualityReason reason) => counts[reason] = counts.GetValueOrDefault(reason) + 1;

    /// <summary>The face nearest the picture's centre, judged by the limits of recognition; null where there is none.</summary>
    internal static AnalyzedFace? Face(FaceAnalyzer analyzer, RgbFrame frame)
    {
        var faces = new DetectedFace[16];
        var count = analyzer.Detect(frame, faces);
        return count == 0
            ? null
            : analyzer.Analyze(frame, faces.Take(count).MinBy(f => MathF.Abs(f.Box.CentreX - (frame.Width / 2f)) + MathF.Abs(f.Box.CentreY - (frame.Height / 2f))), Limits);
    }
}
