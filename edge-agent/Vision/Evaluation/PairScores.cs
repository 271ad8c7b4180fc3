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

    /// <summary>
    /// From this score on two pictures are one photograph, whatever names they carry (the highest score of two
    /// different photographs of one person in 174,083 pairs of LFW was below it). Such a pair says nothing of two persons.
    /// </summary>
    public const float SamePhotograph = 0.98f;

    private PairScores(ScoreHistogram impostor, ScoreHistogram genuine, Exceedance[] highest, Exceedance[] same, float level, int[] picturesOf)
    {
        Impostor = impostor;
        Genuine = genuine;
        Highest = highest;
        SamePhotographs = same;
        Level = level;
        PicturesOf = picturesOf;
    }

    public ScoreHistogram Impostor { get; }

    public ScoreHistogram Genuine { get; }

    /// <summary>Every impostor score of at least <see cref="Level"/>, falling.</summary>
    public IReadOnlyList<Exceedance> Highest { get; }

    /// <summary>Pairs of one photograph under two names; counted nowhere else.</summary>
    public IReadOnlyList<Exceedance> SamePhotographs { get; }

    public float Level { get; }

    /// <summary>Pictures compared of each person; the persons' indices are those of <see cref="Highest"/>.</summary>
    public IReadOnlyList<int> PicturesOf { get; }

    /// <param name="pictures">Pictures without an embedding are left out.</param>
    /// <param name="personOf">Index of each picture's person, 0 to <paramref name="persons"/> − 1.</param>
    /// <param name="highestShare">Share of the impostor scores to keep one by one, if they are not too many.</param>
    public static PairScores Of(IReadOnlyList<EvaluationPicture> pictures, Func<EvaluationPicture, int> personOf, int persons, double highestShare = 1e-2, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(personOf);
        EvaluationPicture[] all = [.. pictures.Where(p => p.HasFace)];
        var person = Array.ConvertAll(all, p => personOf(p));
        var picturesOf = new int[persons];
        foreach (var index in person)
        {
            picturesOf[index]++;
        }

        var (impostor, genuine) = Count(all, person, cancellationToken);
        var level = impostor.Count == 0 ? 1 : impostor.ThresholdFor(Math.Min(highestShare, (double)MostExceedances / impostor.Count));
        var above = Collect(all, person, Math.Min(level, SamePhotograph), cancellationToken);
        return new PairScores(impostor, genuine, [.. above.Where(e => e.Score < SamePhotograph && e.Score >= level)], [.. above.Where(e => e.Score >= SamePhotograph)], level, picturesOf);
    }

    private static (ScoreHistogram Impostor, ScoreHistogram Genuine) Count(EvaluationPicture[] all, int[] person, CancellationToken cancellationToken)
    {
        ScoreHistogram impostor = new(), genuine = new();
        var gate = new Lock();
        Parallel.For(0, all.Length, Options(cancellationToken), () => (I: new ScoreHistogram(), G: new ScoreHistogram()), (i, _, own) =>
        {
            for (var j = i + 1; j < all.Length; j++)
            {
                var score = TensorPrimitives.Dot<float>(all[i].Embedding, all[j].Embedding);
                if (person[i] == person[j])
                {
                    own.G.Add(score);
                }
                else if (score < SamePhotograph)
                {
                    own.I.Add(score);
                }
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
                    own.Add(new Exceedance(person[i], person[j], score, all[i].Name, all[j].Name));
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
        return [.. highest.OrderByDescending(e => e.Score).ThenBy(e => e.PictureA, StringComparer.Ordinal).ThenBy(e => e.PictureB, StringComparer.Ordinal)];
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
}
