using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Every picture against every other, on all cores: what FMR and the tail of impostor scores are read from. Only
/// counts are kept, and the highest impostor scores one by one.
/// </summary>
public sealed class PairScores
{
    /// <summary>Highest impostor scores kept one by one: 20 MB.</summary>
    public const int MostExceedances = 1_000_000;

    private PairScores(ScoreHistogram impostor, ScoreHistogram genuine, Exceedance[] highest, float level, int persons)
    {
        Impostor = impostor;
        Genuine = genuine;
        Highest = highest;
        Level = level;
        Persons = persons;
    }

    public ScoreHistogram Impostor { get; }

    public ScoreHistogram Genuine { get; }

    /// <summary>Every impostor score of at least <see cref="Level"/>, falling.</summary>
    public IReadOnlyList<Exceedance> Highest { get; }

    public float Level { get; }

    /// <summary>Persons compared; the indices of <see cref="Highest"/> lie below it.</summary>
    public int Persons { get; }

    /// <param name="pictures">Pictures without an embedding are left out.</param>
    /// <param name="highestShare">Share of the impostor scores to keep one by one, if they are not too many.</param>
    public static PairScores Of(IReadOnlyList<EvaluationPicture> pictures, double highestShare = 1e-2, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        EvaluationPicture[] all = [.. pictures.Where(p => p.HasFace)];
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var person = Array.ConvertAll(all, p => index.TryGetValue(p.Person, out var i) ? i : index[p.Person] = index.Count);
        var (impostor, genuine) = Count(all, person, cancellationToken);
        var level = impostor.Count == 0 ? 1 : impostor.ThresholdFor(Math.Min(highestShare, (double)MostExceedances / impostor.Count));
        var highest = Collect(all, person, level, cancellationToken);
        return new PairScores(impostor, genuine, highest, level, index.Count);
    }

    private static (ScoreHistogram Impostor, ScoreHistogram Genuine) Count(EvaluationPicture[] all, int[] person, CancellationToken cancellationToken)
    {
        ScoreHistogram impostor = new(), genuine = new();
        var gate = new Lock();
        Parallel.For(0, all.Length, Options(cancellationToken), () => (I: new ScoreHistogram(), G: new ScoreHistogram()), (i, _, own) =>
        {
            for (var j = i + 1; j < all.Length; j++)
            {
                (person[i] == person[j] ? own.G : own.I).Add(TensorPrimitives.Dot<float>(all[i].Embedding, all[j].Embedding));
            }

            return own;
        }, own =>
        {
            lock (gate)
            {
                impostor.Add(own.I);
                genuine.Add(own.G);
            }
        });
        return (impostor, genuine);
    }

    private static Exceedance[] Collect(EvaluationPicture[] all, int[] person, float level, CancellationToken cancellationToken)
    {
        var highest = new List<Exceedance>();
        var gate = new Lock();
        Parallel.For(0, all.Length, Options(cancellationToken), () => new List<Exceedance>(), (i, _, own) =>
        {
            for (var j = i + 1; j < all.Length; j++)
            {
                if (person[i] != person[j] && TensorPrimitives.Dot<float>(all[i].Embedding, all[j].Embedding) is var score && score >= level)
                {
                    own.Add(new Exceedance(person[i], person[j], score, i, j));
                }
            }

            return own;
        }, own =>
        {
            lock (gate)
            {
                highest.AddRange(own);
            }
        });

        // Whole order, so that ties do not depend on the threads.
        return [.. highest.OrderByDescending(e => e.Score).ThenBy(e => e.PictureA).ThenBy(e => e.PictureB)];
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
}
