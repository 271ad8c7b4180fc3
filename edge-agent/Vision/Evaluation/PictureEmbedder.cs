using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>Embeds pictures with the terminal's own stages, one picture a core at a time, so that memory stays bounded by the embeddings.</summary>
public static class PictureEmbedder
{
    /// <summary>Fills in every picture; returns how many have no embedding (unreadable or without a face).</summary>
    /// <param name="liveness">Score liveness too.</param>
    /// <param name="done">Told how many pictures are done, from several threads.</param>
    public static int Embed(LoadedPack pack, IReadOnlyCollection<EvaluationPicture> pictures, bool liveness = false, Action<int>? done = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(pictures);
        var queue = new ConcurrentQueue<EvaluationPicture>(pictures);
        var count = 0;
        Exception? fault = null;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            try
            {
                using var analyzer = pack.CreateAnalyzer();
                var faces = new DetectedFace[16];
                while (fault is null && !cancellationToken.IsCancellationRequested && queue.TryDequeue(out var picture))
                {
                    EmbedOne(analyzer, faces, picture, liveness);
                    done?.Invoke(Interlocked.Increment(ref count));
                }
            }
            catch (Exception e)
            {
                // A thread of its own must not end the process: the caller gets the first fault.
                Interlocked.CompareExchange(ref fault, e, null);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (fault is not null)
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return pictures.Count(p => !p.HasFace);
    }

    private static void EmbedOne(FaceAnalyzer analyzer, DetectedFace[] faces, EvaluationPicture picture, bool liveness)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(picture.File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            picture.Unreadable = e.Message;
            return;
        }

        var decoded = JpegDecoder.Decode(bytes);
        if (!decoded.IsDecoded)
        {
            picture.Unreadable = decoded.Fault.Message;
            return;
        }

        using var frame = decoded.Frame;
        var count = analyzer.Detect(frame, faces);
        if (count == 0)
        {
            return;
        }

        var centre = faces.Take(count).MinBy(f => MathF.Pow(f.Box.CentreX - (frame.Width / 2f), 2) + MathF.Pow(f.Box.CentreY - (frame.Height / 2f), 2));
        var face = analyzer.Analyze(frame, centre, QualityLimits.Recognition);
        picture.Quality = face.Quality;
        picture.Liveness = liveness ? analyzer.Liveness(frame, face.Box) : 0;
        var embedding = new float[analyzer.EmbeddingSize];
        picture.Embedding = analyzer.Embed(frame, face, embedding) ? embedding : null;
    }
}
