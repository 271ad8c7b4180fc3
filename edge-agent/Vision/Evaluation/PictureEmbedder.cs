using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>Embeds pictures with the terminal's own stages, one picture a thread at a time, so that memory stays bounded by the embeddings.</summary>
public static class PictureEmbedder
{
    /// <summary>Fills in every picture. A picture that cannot be used carries its reason; none is left out.</summary>
    /// <param name="cache">Embeddings of earlier runs; null embeds everything.</param>
    /// <param name="threads">0 takes one for each core.</param>
    /// <param name="done">Told how many pictures are done and whether this one was embedded anew, from several threads.</param>
    /// <exception cref="OperationCanceledException">Stopped; what was embedded is in the cache.</exception>
    public static void Embed(LoadedPack pack, IReadOnlyCollection<EvaluationPicture> pictures, EmbeddingCache? cache = null, int threads = 0, Action<int, bool>? done = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(pictures);
        var queue = new ConcurrentQueue<EvaluationPicture>(pictures);
        var count = 0;
        Exception? fault = null;
        var workers = Enumerable.Range(0, threads > 0 ? threads : Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            try
            {
                using var analyzer = pack.CreateAnalyzer();
                var faces = new DetectedFace[16];
                while (Volatile.Read(ref fault) is null && !cancellationToken.IsCancellationRequested && queue.TryDequeue(out var picture))
                {
                    var anew = One(analyzer, faces, picture, cache);
                    done?.Invoke(Interlocked.Increment(ref count), anew);
                }
            }
            catch (Exception e)
            {
                // A thread of its own must not end the process: the caller gets the first fault.
                Interlocked.CompareExchange(ref fault, e, null);
            }
        })).ToList();
        workers.ForEach(t => t.Start());
        workers.ForEach(t => t.Join());
        if (fault is not null)
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static bool One(FaceAnalyzer analyzer, DetectedFace[] faces, EvaluationPicture picture, EmbeddingCache? cache)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(picture.File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (picture.Outcome, picture.Reason) = (PictureOutcome.Unreadable, e.Message);
            return false;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var anew = cache?.TryFill(hash, picture) != true;
        if (anew)
        {
            var decoded = JpegDecoder.Decode(bytes);
            if (!decoded.IsDecoded)
            {
                (picture.Outcome, picture.Reason) = (PictureOutcome.Unreadable, decoded.Fault.Message);
                return false;
            }

            using var frame = decoded.Frame;
            Look(analyzer, faces, picture, frame);
            cache?.Add(hash, picture);
        }

        picture.Reason = picture.Outcome switch
        {
            PictureOutcome.NoFace => "No face was found in it.",
            PictureOutcome.NoTemplate => "A face was found, but its landmarks make no face, so there is nothing to compare.",
            _ => null,
        };
        return anew;
    }

    private static void Look(FaceAnalyzer analyzer, DetectedFace[] faces, EvaluationPicture picture, RgbFrame frame)
    {
        picture.Faces = analyzer.Detect(frame, faces);
        if (picture.Faces == 0)
        {
            picture.Outcome = PictureOutcome.NoFace;
            return;
        }

        var centre = faces.Take(picture.Faces).MinBy(f => MathF.Pow(f.Box.CentreX - (frame.Width / 2f), 2) + MathF.Pow(f.Box.CentreY - (frame.Height / 2f), 2));
        var face = analyzer.Analyze(frame, centre, QualityLimits.Recognition);
        picture.Quality = face.Quality;
        var embedding = new float[analyzer.EmbeddingSize];
        if (!analyzer.Embed(frame, face, embedding))
        {
            picture.Outcome = PictureOutcome.NoTemplate;
            return;
        }

        // A model that answers NaN must not spoil sums and thresholds unseen.
        if (!Array.TrueForAll(embedding, float.IsFinite))
        {
            throw new InvalidDataException($"The embedder answered with values that are not numbers for {picture.Name}: the pack's embedding model or its manifest is wrong.");
        }

        (picture.Outcome, picture.Embedding) = (PictureOutcome.Embedded, embedding);
    }
}
