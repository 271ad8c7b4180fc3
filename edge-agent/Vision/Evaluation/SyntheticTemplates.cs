using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Made-up templates that fill a gallery beyond the people there are. Each is a mixture of two different real persons'
/// templates, 0.8 of the one and 0.6 of the other, at unit length: far enough from both to be somebody else to third
/// persons, and as unevenly spread as real templates are (draws from a normal mixture with the same clusters and
/// covariance were tried first; real people matched them 50 times too seldom at FMR 1e-5). A search by one of the two
/// never meets the mixture. Made-up people are not people: <see cref="RatioAt"/> says how far they are off.
/// </summary>
public static class SyntheticTemplates
{
    /// <summary>Real persons below which none are made.</summary>
    public const int FewestPersons = 200;

    private const float First = 0.8f, Second = 0.6f;

    /// <summary>A made-up template and the two real ones (indices) that it was mixed of.</summary>
    public readonly record struct Mixture(float[] Vector, int ParentA, int ParentB);

    /// <param name="real">One unit-length template a person, at least <see cref="FewestPersons"/>.</param>
    public static Mixture[] Make(IReadOnlyList<float[]> real, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentOutOfRangeException.ThrowIfLessThan(real.Count, FewestPersons);
        var made = new Mixture[count];
#pragma warning disable CA5394 // A fixed seed: the same templates on every machine.
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var a = random.Next(real.Count);
            var b = (a + 1 + random.Next(real.Count - 1)) % real.Count;
            var vector = new float[real[a].Length];
            TensorPrimitives.Multiply(real[b], Second, vector);
            TensorPrimitives.MultiplyAdd(real[a], First, vector, vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
            made[i] = new Mixture(vector, a, b);
        }
#pragma warning restore CA5394

        return made;
    }

    /// <summary>How often a real person matches a made-up one at a threshold, as a multiple of the wanted rate; 1 is as often as real people match each other.</summary>
    public static double RatioAt(IReadOnlyList<float[]> real, IReadOnlyList<Mixture> made, double threshold, double rate)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(made);
        long matched = 0;
        Parallel.For(0, real.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var own = 0;
            foreach (var other in made)
            {
                own += other.ParentA != i && other.ParentB != i && TensorPrimitives.Dot<float>(real[i], other.Vector) >= threshold ? 1 : 0;
            }

            Interlocked.Add(ref matched, own);
        });
        return matched / ((double)real.Count * made.Count) / rate;
    }
}
