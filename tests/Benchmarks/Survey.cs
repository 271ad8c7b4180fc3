using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;

namespace Devices.Benchmarks;

/// <summary>What every stage says about each JPEG of a folder: for choosing limits and for looking into a complaint.</summary>
internal static class Survey
{
    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        using var analyzer = pack.CreateAnalyzer();
        var faces = new DetectedFace[16];
        var all = new List<(string Name, float[] Vector)>();
        foreach (var file in Directory.EnumerateFiles(args[0], "*.jpg").Order(StringComparer.Ordinal))
        {
            var decoded = JpegDecoder.Decode(File.ReadAllBytes(file));
            if (!decoded.IsDecoded)
            {
                Console.WriteLine($"{Path.GetFileName(file)}: {decoded.Fault.Message}");
                continue;
            }

            using var frame = decoded.Frame;
            var count = analyzer.Detect(frame, faces);
            Console.WriteLine($"{Path.GetFileName(file)} {frame.Width}x{frame.Height}: {count} faces");
            for (var i = 0; i < count; i++)
            {
                var face = analyzer.Analyze(frame, faces[i], QualityLimits.Recognition);
                var q = face.Quality;
                Console.WriteLine($"   {face.Box.X:F0},{face.Box.Y:F0} {face.Box.Width:F0}x{face.Box.Height:F0} det {face.DetectionScore:F2} live {analyzer.Liveness(frame, face.Box):F3} {q.Reason} q {q.Score:F2} eyes {q.EyeDistance:F0} res {q.Residual:F1} yaw {q.Yaw:F2} pitch {q.Pitch:F2} roll {q.Roll:F0} light {q.Brightness:F0}/{q.Contrast:F0} sharp {q.Sharpness:F0}");
                var vector = new float[analyzer.EmbeddingSize];
                if (analyzer.Embed(frame, face, vector))
                {
                    all.Add(($"{Path.GetFileName(file)}#{i}", vector));
                }
            }
        }

        foreach (var (name, vector) in all)
        {
            var near = all.Where(o => o.Name != name)
                .Select(o => (o.Name, Score: System.Numerics.Tensors.TensorPrimitives.Dot<float>(vector, o.Vector)))
                .OrderByDescending(o => o.Score).Take(4);
            Console.WriteLine($"{name}: {string.Join(", ", near.Select(n => $"{n.Name} {n.Score:F3}"))}");
        }

        return 0;
    }
}
