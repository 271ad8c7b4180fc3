using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text.Json;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Lfw;

namespace Devices.Benchmarks;

/// <summary>
/// FMR against threshold over all pairs of a folder of persons (one sub-folder each), printed as the manifest's
/// <c>calibration</c>. Scores are counted in bins of 1/8192, thresholds rounded up, so no stated FMR is exceeded.
/// </summary>
internal static class Calibrate
{
    private const int Bins = 2 * 8192;

    private static readonly double[] Wanted = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];

    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        var watch = Stopwatch.StartNew();
        var pictures = LfwEmbeddings.List(Packs.Lfw(args));
        var missed = LfwEmbeddings.Embed(pack, pictures, liveness: true);
        var usable = pictures.Where(p => p.Embedding is not null).ToArray();
        Console.Error.WriteLine($"{usable.Length} pictures embedded, {missed} without a face, {watch.Elapsed.TotalSeconds:F0} s");
        Report("live", usable.Select(p => p.Liveness));
        Report("sharpness", usable.Select(p => p.Quality.Sharpness));
        Report("residual", usable.Select(p => p.Quality.Residual));
        Report("|yaw|", usable.Select(p => MathF.Abs(p.Quality.Yaw)));
        Report("pitch", usable.Select(p => p.Quality.Pitch));
        Report("brightness", usable.Select(p => p.Quality.Brightness));
        Report("contrast", usable.Select(p => p.Quality.Contrast));
        Report("eyes", usable.Select(p => p.Quality.EyeDistance));
        foreach (var reason in usable.GroupBy(p => p.Quality.Reason))
        {
            Console.Error.WriteLine($"  {reason.Key}: {reason.Count()}");
        }

        var (impostor, genuine) = Count(usable);
        foreach (var (a, b, score) in TopImpostors(usable, 0.6f).Take(20))
        {
            Console.Error.WriteLine($"  {score:F3} {a} / {b}");
        }

        Console.WriteLine(JsonSerializer.Serialize(Table(impostor, genuine, usable), PackJson.Default.PackCalibration));
        return 0;
    }

    private static void Report(string name, IEnumerable<float> values)
    {
        var sorted = values.Order().ToArray();
        float At(double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
        Console.Error.WriteLine($"  {name}: 0.1% {At(0.001):F3}  1% {At(0.01):F3}  5% {At(0.05):F3}  50% {At(0.5):F3}  95% {At(0.95):F3}  99% {At(0.99):F3}  99.9% {At(0.999):F3}");
    }

    private static (string A, string B, float Score)[] TopImpostors(LfwPicture[] all, float above) =>
        (from i in Enumerable.Range(0, all.Length).AsParallel()
         from j in Enumerable.Range(i + 1, all.Length - i - 1)
         where all[i].Person != all[j].Person
         let score = TensorPrimitives.Dot<float>(all[i].Embedding, all[j].Embedding)
         where score >= above
         orderby score descending
         select (Path.GetFileName(all[i].File), Path.GetFileName(all[j].File), score)).ToArray();

    private static (long[] Impostor, long[] Genuine) Count(LfwPicture[] all)
    {
        var impostor = new long[Bins + 1];
        var genuine = new long[Bins + 1];
        var gate = new Lock();
        Parallel.For(0, all.Length, () => (I: new long[Bins + 1], G: new long[Bins + 1]), (i, _, own) =>
        {
            for (var j = i + 1; j < all.Length; j++)
            {
                var score = TensorPrimitives.Dot<float>(all[i].Embedding, all[j].Embedding);
                var bin = Math.Clamp((int)((score + 1) * (Bins / 2)), 0, Bins);
                (all[i].Person == all[j].Person ? own.G : own.I)[bin]++;
            }

            return own;
        }, own =>
        {
            lock (gate)
            {
                TensorPrimitives.Add<long>(impostor, own.I, impostor);
                TensorPrimitives.Add<long>(genuine, own.G, genuine);
            }
        });
        return (impostor, genuine);
    }

    private static PackCalibration Table(long[] impostor, long[] genuine, LfwPicture[] usable)
    {
        long impostors = impostor.Sum(), genuines = genuine.Sum();
        var points = new List<CalibrationPoint>();
        foreach (var fmr in Wanted)
        {
            long matched = 0;
            var bin = Bins;
            while (bin >= 0 && matched + impostor[bin] <= fmr * impostors)
            {
                matched += impostor[bin--];
            }

            // Every score of bin + 1 and above is a match.
            var threshold = MathF.Ceiling((((bin + 1) / (Bins / 2f)) - 1) * 10000) / 10000;
            var missed = genuine.AsSpan(0, bin + 1).ToArray().Sum();
            points.Add(new CalibrationPoint(fmr, threshold, impostors, matched, Math.Round((double)missed / genuines, 5)));
        }

        var persons = usable.Select(p => p.Person).Distinct().Count();
        return new PackCalibration
        {
            Data = $"All pairs of {usable.Length} pictures of {persons} persons: half of the identities of Labeled Faces in the Wild (Huang et al., 2007), face nearest the centre.",
            ImpostorComparisons = impostors,
            GenuineComparisons = genuines,
            Points = points,
        };
    }
}
