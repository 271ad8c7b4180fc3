using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Made-up templates that fill a gallery beyond the people there are. Real templates are parted into clusters
/// (k-means), and a made-up one is a cluster's centre plus a random mixture of all deviations of real templates from
/// their centres, with normal weights: that is a draw from a normal mixture with the real clusters and the real
/// covariance within them, without its being near any single person. Made-up people are smoother than people: they
/// have no twins, brothers or labels gone wrong, so what is found with them is a lower bound of the difficulty.
/// <see cref="RatioAt"/> says how far they are off.
/// </summary>
public static class SyntheticTemplates
{
    /// <summary>Real persons below which none are made.</summary>
    public const int FewestPersons = 200;

    private const int Rounds = 15;

    /// <param name="real">One unit-length template a person, at least <see cref="FewestPersons"/>.</param>
    public static float[][] Make(IReadOnlyList<float[]> real, int count, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentOutOfRangeException.ThrowIfLessThan(real.Count, FewestPersons);
        var clusters = Math.Clamp(real.Count / 100, 2, 24);
        var (centres, clusterOf) = Cluster(real, clusters, seed);
        var size = real[0].Length;
        var deviations = new float[real.Count][];
        for (var i = 0; i < real.Count; i++)
        {
            deviations[i] = new float[size];
            TensorPrimitives.Subtract(real[i], centres[clusterOf[i]], deviations[i]);
        }

        var made = new float[count][];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, i =>
        {
#pragma warning disable CA5394 // A fixed seed: the same templates on every machine.
            var random = new Random(unchecked((seed * 8191) ^ (i * 104729)));
            var vector = (float[])centres[clusterOf[random.Next(clusterOf.Length)]].Clone();
            foreach (var deviation in deviations)
            {
                var weight = Normal(random) / MathF.Sqrt(deviations.Length);
                TensorPrimitives.MultiplyAdd(deviation, weight, vector, vector);
            }
#pragma warning restore CA5394

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
            made[i] = vector;
        });
        return made;
    }

    /// <summary>How often a real person matches a made-up one at a threshold, as a multiple of the wanted rate; 1 is as often as real people match each other.</summary>
    public static double RatioAt(IReadOnlyList<float[]> real, IReadOnlyList<float[]> made, double threshold, double rate)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(made);
        long matched = 0;
        Parallel.For(0, real.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var own = 0;
            foreach (var other in made)
            {
                own += TensorPrimitives.Dot<float>(real[i], other) >= threshold ? 1 : 0;
            }

            Interlocked.Add(ref matched, own);
        });
        return matched / ((double)real.Count * made.Count) / rate;
    }

#pragma warning disable CA5394
    private static (float[][] Centres, int[] ClusterOf) Cluster(IReadOnlyList<float[]> real, int clusters, int seed)
    {
        var random = new Random(seed);
        var start = Enumerable.Range(0, real.Count).ToArray();
        random.Shuffle(start);
        float[][] centres = [.. start.Take(clusters).Select(i => (float[])real[i].Clone())];
        var clusterOf = new int[real.Count];
        for (var round = 0; round < Rounds; round++)
        {
            Parallel.For(0, real.Count, i =>
            {
                var best = float.PositiveInfinity;
                for (var c = 0; c < centres.Length; c++)
                {
                    var distance = TensorPrimitives.Distance<float>(real[i], centres[c]);
                    if (distance < best)
                    {
                        (best, clusterOf[i]) = (distance, c);
                    }
                }
            });
            var counts = new int[clusters];
            var sums = Array.ConvertAll(centres, c => new float[c.Length]);
            for (var i = 0; i < real.Count; i++)
            {
                counts[clusterOf[i]]++;
                TensorPrimitives.Add(sums[clusterOf[i]], real[i], sums[clusterOf[i]]);
            }

            for (var c = 0; c < clusters; c++)
            {
                if (counts[c] > 0)
                {
                    TensorPrimitives.Divide(sums[c], counts[c], centres[c]);
                }
            }
        }

        return (centres, clusterOf);
    }

    // Box and Muller 1958.
    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
#pragma warning restore CA5394
}
