namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Draws persons with replacement: pictures of one person are alike, so persons and not pictures are the independent
/// units (ISO/IEC 19795-1, the "subset bootstrap" of Bolle, Ratha and Pankanti 2004).
/// </summary>
public static class PersonBootstrap
{
    /// <summary>Replicates used for every interval.</summary>
    public const int Replicates = 1000;

    /// <summary>Calls <paramref name="replicate"/> with how often each person was drawn; returns its values. Same seed, same draw.</summary>
    public static double[] Run(int persons, int seed, Func<int[], double> replicate, int replicates = Replicates, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replicate);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        var values = new double[replicates];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.For(0, replicates, options, () => new int[persons], (r, _, weights) =>
        {
            // A generator for each replicate, so that the result does not depend on how threads share the work.
#pragma warning disable CA5394
            var random = new Random(HashCode(seed, r));
            Array.Clear(weights);
            for (var i = 0; i < persons; i++)
            {
                weights[random.Next(persons)]++;
            }
#pragma warning restore CA5394

            values[r] = replicate(weights);
            return weights;
        }, _ => { });
        return values;
    }

    // System.HashCode is salted for each process.
    private static int HashCode(int seed, int replicate) => unchecked((seed * 397) ^ (replicate * 486187739));
}
