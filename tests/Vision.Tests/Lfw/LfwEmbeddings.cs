using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Tests.Lfw;

/// <summary>One LFW picture's embedding (the face nearest the picture's centre); null where no face was found.</summary>
internal sealed record LfwPicture(string Person, string File)
{
    internal float[]? Embedding { get; set; }

    internal FaceQuality Quality { get; set; }

    internal float Liveness { get; set; }
}

/// <summary>Reads Labeled Faces in the Wild (Huang et al., 2007) and embeds each picture once, on all cores.</summary>
internal static class LfwEmbeddings
{
    internal static IReadOnlyList<LfwPicture> List(string root) =>
        [.. Directory.EnumerateDirectories(root)
            .Order(StringComparer.Ordinal)
            .SelectMany(d => Directory.EnumerateFiles(d, "*.jpg").Order(StringComparer.Ordinal).Select(f => new LfwPicture(Path.GetFileName(d), f)))];

    /// <summary>Fills in the embeddings; returns how many pictures had no face.</summary>
    internal static int Embed(LoadedPack pack, IReadOnlyCollection<LfwPicture> pictures, bool liveness = false)
    {
        var queue = new System.Collections.Concurrent.ConcurrentQueue<LfwPicture>(pictures);
        var missed = 0;
        var threads = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).Select(_ => new Thread(() =>
        {
            using var analyzer = pack.CreateAnalyzer();
            var faces = new DetectedFace[16];
            while (queue.TryDequeue(out var picture))
            {
                if (!EmbedOne(analyzer, faces, picture, liveness))
                {
                    Interlocked.Increment(ref missed);
                }
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return missed;
    }

    private static bool EmbedOne(FaceAnalyzer analyzer, DetectedFace[] faces, LfwPicture picture, bool liveness)
    {
        var decoded = JpegDecoder.Decode(File.ReadAllBytes(picture.File));
        if (!decoded.IsDecoded)
        {
            throw new InvalidDataException($"{picture.File}: {decoded.Fault.Message}");
        }

        using var frame = decoded.Frame;
        var count = analyzer.Detect(frame, faces);
        if (count == 0)
        {
            return false;
        }

        var centre = faces.Take(count).MinBy(f => MathF.Pow(f.Box.CentreX - (frame.Width / 2f), 2) + MathF.Pow(f.Box.CentreY - (frame.Height / 2f), 2));
        var face = analyzer.Analyze(frame, centre, QualityLimits.Recognition);
        picture.Quality = face.Quality;
        picture.Liveness = liveness ? analyzer.Liveness(frame, face.Box) : 0;
        var embedding = new float[analyzer.EmbeddingSize];
        picture.Embedding = analyzer.Embed(frame, face, embedding) ? embedding : null;
        return picture.Embedding is not null;
    }
}
