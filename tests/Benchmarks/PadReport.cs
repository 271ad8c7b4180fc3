using Devices.Benchmarks.Pad;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Benchmarks;

/// <summary>
/// Presentation-attack figures as ISO/IEC 30107-3 defines them: APCER is the share of one species' attack presentations
/// taken for live, BPCER the share of bona fide ones refused. Prints Markdown tables. All attacks are simulated.
/// </summary>
internal static class PadReport
{
    private static readonly float Proof = new MotionOptions().Proof;

    private sealed record Seen(string? Species, string Source, float Live, float Motion, double? ProvenAfter, int Samples, bool Frozen);

    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args);
        var threshold = pack.Manifest.Liveness.Threshold;
        var proof = Proof;
        var all = new System.Collections.Concurrent.ConcurrentBag<Seen>();
        Parallel.ForEach(Presentations.Sources(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, source =>
        {
            using var analyzer = pack.CreateAnalyzer();
            foreach (var presentation in source)
            {
                all.Add(Play(analyzer, presentation));
            }
        });
        var bona = all.Where(s => s.Species is null).ToList();
        var attacks = all.Where(s => s.Species is not null).OrderBy(s => s.Species, StringComparer.Ordinal).ThenBy(s => s.Source, StringComparer.Ordinal).ToList();

        Console.WriteLine($"## Attack presentations ({attacks.Count}, all simulated)\n");
        Console.WriteLine("| species | presentations | APCER texture alone | APCER motion alone | APCER fused, challenge off | 95 % interval | never usable (no face, or refused for quality) |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var species in attacks.GroupBy(a => a.Species))
        {
            Row(species.Key!, [.. species], s => s.Samples >= 3 && s.Live >= threshold, s => s.Samples >= 3 && s.Motion >= proof);
        }

        Console.WriteLine("\nLargest motion evidence of each species (proof is " + F(proof) + " px):\n");
        foreach (var species in attacks.GroupBy(a => a.Species))
        {
            Console.WriteLine($"- {species.Key}: largest {F(species.Max(s => s.Motion))}, median {F(Median(species.Select(s => s.Motion)))}; median texture score {F(Median(species.Select(s => s.Live)))}");
        }

        Console.WriteLine($"\n## Bona fide presentations ({bona.Count} pieces of {Presentations.FramesEach / 10.0:0.0} s)\n");
        Console.WriteLine("| video | pieces | usable | BPCER texture alone | BPCER motion alone | BPCER fused | 95 % interval | not proven within 2.5 s: asked to turn the head |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var video in bona.GroupBy(b => b.Source).OrderBy(g => g.Key, StringComparer.Ordinal).Append(bona.GroupBy(_ => "all").Single()))
        {
            // A piece in which the quality gates passed fewer than three frames was never judged for liveness.
            var usable = video.Where(s => s.Samples >= 3).ToList();
            int texture = usable.Count(s => s.Live < threshold), motion = usable.Count(s => s.Motion < proof);
            var fused = usable.Count(s => s.Live < threshold || s.Motion < proof);
            var (low, high) = Interval.Wilson(fused, usable.Count);
            Console.WriteLine($"| {video.Key} | {video.Count()} | {usable.Count} | {texture} ({P(texture, usable.Count)}) | {motion} ({P(motion, usable.Count)}) | {fused} ({P(fused, usable.Count)}) | {low:P1}–{high:P1} | {usable.Count(s => s.ProvenAfter is not (< 2.5))} |");
        }

        var proven = bona.Where(b => b.Samples >= 3).Select(b => b.ProvenAfter).ToList();
        Console.WriteLine("\nShare of usable pieces whose motion was proven within: " + string.Join(", ", new[] { 0.3, 0.5, 1, 1.5, 2, 2.7 }.Select(t => FormattableString.Invariant($"{t} s {proven.Count(p => p <= t) / (double)proven.Count:P0}"))));
        Band(attacks, bona, Stills(pack, args, threshold), threshold);
        return 0;
    }

    private static void Row(string species, List<Seen> seen, Func<Seen, bool> texture, Func<Seen, bool> motion)
    {
        int n = seen.Count, t = seen.Count(texture), m = seen.Count(motion), both = seen.Count(s => texture(s) && motion(s));
        var (low, high) = Interval.Wilson(both, n);
        Console.WriteLine($"| {species} | {n} | {t} ({P(t, n)}) | {m} ({P(m, n)}) | {both} ({P(both, n)}) | {low:P1}–{high:P1} | {seen.Count(s => s.Samples < 3)} |");
    }

    // Both cues over the whole presentation, fed as the pipeline feeds them: texture from the first six usable frames,
    // motion from every usable frame.
    private static Seen Play(FaceAnalyzer analyzer, Presentation presentation)
    {
        var faces = new DetectedFace[16];
        var motion = new MotionCue(10_000);
        float live = 0;
        double? proven = null;
        int samples = 0, at = 0;
        foreach (var frame in presentation.Frames())
        {
            var count = analyzer.Detect(frame, faces);
            var seconds = at++ / 10.0;
            if (count == 0)
            {
                continue;
            }

            var face = analyzer.Analyze(frame, faces.Take(count).MaxBy(f => f.Box.Area), QualityLimits.Recognition);
            if (!face.Quality.IsGood)
            {
                continue;
            }

            if (samples++ < 6)
            {
                live += analyzer.Liveness(frame, face.Box);
            }

            motion.Observe(analyzer.AlignedLuma, face.Alignment!.Value, frame.Width, frame.Height);
            proven ??= motion.Displacement >= Proof ? seconds : null;
        }

        return new Seen(presentation.Species, presentation.Source, live / Math.Clamp(samples, 1, 6), motion.Displacement, proven, samples, motion.IsFrozen);
    }

    // The limit of "sure": a face that texture and motion let pass, but whose texture score is below it, is asked to do something.
    private static void Band(List<Seen> attacks, List<Seen> bona, List<float> stills, float threshold)
    {
        bool Passes(Seen s) => s.Samples >= 3 && s.Live >= threshold && s.Motion >= Proof;
        var replays = attacks.Where(a => a.Species!.StartsWith("screen replaying", StringComparison.Ordinal)).ToList();
        var (whole, bezel) = (replays.Where(a => a.Species!.EndsWith("view", StringComparison.Ordinal) && !a.Species.Contains("bezel", StringComparison.Ordinal)).ToList(), replays.Where(a => a.Species!.Contains("bezel", StringComparison.Ordinal)).ToList());
        var living = bona.Where(Passes).ToList();
        var taken = stills.Where(l => l >= threshold).ToList();
        Console.WriteLine("\n## Whoever the texture model is not sure of is asked\n");
        Console.WriteLine("| sure from | replays filling the view that pass unasked | replays with bezel that pass unasked | living pieces asked | LFW stills above the threshold that would be asked (single pictures) |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var sure in new[] { 0.7f, 0.8f, 0.9f, 0.95f, 0.97f, 0.98f, 0.99f, 0.995f, 0.999f })
        {
            int w = whole.Count(s => Passes(s) && s.Live >= sure), b = bezel.Count(s => Passes(s) && s.Live >= sure), l = living.Count(s => s.Live < sure), t = taken.Count(v => v < sure);
            Console.WriteLine(FormattableString.Invariant($"| {sure} | {w} of {whole.Count} | {b} of {bezel.Count} | {l} of {living.Count} ({P(l, living.Count)}) | {t} of {taken.Count} ({P(t, taken.Count)}) |"));
        }

        foreach (var video in living.GroupBy(s => s.Source).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"\n- texture scores of {video.Key}'s living pieces: least {video.Min(s => s.Live):F3}, median {Median(video.Select(s => s.Live)):F3}");
        }

        Console.WriteLine("- of replays filling the view: " + string.Join(" ", whole.OrderBy(s => s.Live).Select(s => FormattableString.Invariant($"{s.Live:F3}"))));
    }

    private static List<float> Stills(LoadedPack pack, string[] args, float threshold)
    {
        if (!Directory.Exists(Packs.Lfw(args)))
        {
            Console.WriteLine("\nNo LFW here: the texture model's BPCER on stills was not measured.");
            return [];
        }

        using var analyzer = pack.CreateAnalyzer();
        var pictures = PictureFolder.Read(Packs.Lfw(args)).Pictures.Where((_, i) => i % 6 == 0).ToList();
        var live = new List<float>();
        foreach (var picture in pictures)
        {
            using var frame = JpegDecoder.Decode(File.ReadAllBytes(picture.File)).Frame!;
            if (QualityReport.Face(analyzer, frame) is { } face && face.Quality.IsGood)
            {
                live.Add(analyzer.Liveness(frame, face.Box));
            }
        }

        var refused = live.Count(l => l < threshold);
        var (low, high) = Interval.Wilson(refused, live.Count);
        Console.WriteLine($"\n## Texture model alone on LFW stills\n\n{live.Count} pictures that pass the quality gates (of {pictures.Count} looked at): {refused} below {F(threshold)}, BPCER {P(refused, live.Count)} of single pictures (95 % {low:P1}–{high:P1}).");
        return live;
    }

    private static float Median(IEnumerable<float> values) => values.Order().ToArray() is { Length: > 0 } sorted ? sorted[sorted.Length / 2] : float.NaN;

    private static string F(float value) => FormattableString.Invariant($"{value:F2}");

    private static string P(int part, int whole) => whole == 0 ? "–" : FormattableString.Invariant($"{100.0 * part / whole:F1} %");
}
