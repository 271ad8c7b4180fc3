using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Same-person and different-person pairs in ten folds, as in Labeled Faces in the Wild (Huang et al., 2007): each
/// fold is judged at the threshold that makes the fewest mistakes in the other nine.
/// </summary>
public sealed record TenFold(int SamePairs, int DifferentPairs, int Pictures, double Accuracy, double Deviation, double LowestThreshold, double HighestThreshold)
{
    private const int Folds = 10;

    /// <summary>One pair; a picture without a face matches nobody.</summary>
    public sealed record Pair(EvaluationPicture A, EvaluationPicture B, bool Same, int Fold)
    {
        internal float Score => A.Embedding is null || B.Embedding is null ? -1 : TensorPrimitives.Dot<float>(A.Embedding, B.Embedding);
    }

    /// <summary>
    /// Draws pairs with a fixed seed. Persons are dealt to folds first and both sides of a pair come from one fold,
    /// as in LFW, so that no person helps to choose the threshold that judges them. A person with many pictures is
    /// not drawn more often than about the square root of their pairs. Fewer are drawn where the data have no more.
    /// </summary>
    public static IReadOnlyList<Pair> Draw(IReadOnlyList<EvaluationPicture> pictures, int each = 3000, int seed = 20260101)
    {
#pragma warning disable CA5394 // A fixed seed is the point: the same pairs on every machine.
        var random = new Random(seed);
        var persons = pictures.GroupBy(p => p.Person).Select(g => g.ToArray()).ToArray();
        random.Shuffle(persons);
        var pairs = new List<Pair>(each * 2);
        for (var fold = 0; fold < Folds; fold++)
        {
            var mine = persons.Where((_, i) => i % Folds == fold).ToArray();
            var same = Same(mine, random, each / Folds, fold);
            pairs.AddRange(same);

            // Different pairs are drawn from the pictures drawn already, so that each picture embedded serves twice.
            mine = [.. same.SelectMany(p => new[] { p.A, p.B }).Distinct().GroupBy(p => p.Person).Select(g => g.ToArray())];
            var all = mine.Sum(p => p.Length);
            var wanted = Math.Min(same.Count, ((all * all) - mine.Sum(p => p.Length * p.Length)) / 4);
            var seen = new HashSet<(string, string)>();
            while (seen.Count < wanted)
            {
                var a = mine[random.Next(mine.Length)];
                var b = mine[random.Next(mine.Length)];
                var (x, y) = (a[random.Next(a.Length)], b[random.Next(b.Length)]);
                if (a != b && seen.Add((x.File, y.File)))
                {
                    pairs.Add(new Pair(x, y, false, fold));
                }
            }
        }

        return pairs;
#pragma warning restore CA5394
    }

    /// <summary>Mean accuracy over the folds; null where a fold has no pairs.</summary>
    public static TenFold? Of(IReadOnlyList<Pair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var scored = pairs.Select(p => (p.Score, p.Same, p.Fold)).ToArray();
        var accuracies = new List<double>();
        var thresholds = new List<float>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var test = scored.Where(s => s.Fold == fold).ToArray();
            if (test.Length == 0)
            {
                return null;
            }

            var threshold = Best(scored.Where(s => s.Fold != fold).Select(s => (s.Score, s.Same)));
            accuracies.Add((double)test.Count(s => s.Score >= threshold == s.Same) / test.Length);
            thresholds.Add(threshold);
        }

        var mean = accuracies.Average();
        var pictures = pairs.SelectMany(p => new[] { p.A, p.B }).Distinct().Count();
        return new TenFold(pairs.Count(p => p.Same), pairs.Count(p => !p.Same), pictures, mean,
            Math.Sqrt(accuracies.Average(a => (a - mean) * (a - mean))), thresholds.Min(), thresholds.Max());
    }

#pragma warning disable CA5394
    private static List<Pair> Same(EvaluationPicture[][] persons, Random random, int wanted, int fold)
    {
        var all = persons
            .Where(p => p.Length > 1)
            .SelectMany(p =>
            {
                var own = (from i in Enumerable.Range(0, p.Length) from j in Enumerable.Range(i + 1, p.Length - i - 1) select new Pair(p[i], p[j], true, fold)).ToArray();
                random.Shuffle(own);
                return own.Take(Math.Max(10, (int)(4 * Math.Sqrt(own.Length))));
            })
            .ToArray();
        random.Shuffle(all);
        return [.. all.Take(wanted)];
    }
#pragma warning restore CA5394

    // The threshold with the fewest mistakes: walk the sorted scores once.
    private static float Best(IEnumerable<(float Score, bool Same)> scored)
    {
        var sorted = scored.OrderBy(s => s.Score).ToArray();
        var mistakes = sorted.Count(s => !s.Same);
        var (best, threshold) = (mistakes, -1f);
        for (var i = 0; i < sorted.Length; i++)
        {
            mistakes += sorted[i].Same ? 1 : -1;
            if (mistakes < best)
            {
                best = mistakes;
                threshold = i + 1 < sorted.Length ? (sorted[i].Score + sorted[i + 1].Score) / 2 : sorted[i].Score + 0.01f;
            }
        }

        return threshold;
    }
}
