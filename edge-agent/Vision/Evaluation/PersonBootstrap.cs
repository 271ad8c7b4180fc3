namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Draws persons with replacement: pictures of one person are alike, so persons and not pictures are the independent
/// units (ISO/IEC 19795-1; the "subset bootstrap" of Bolle, Ratha and Pankanti 2004).
/// </summary>
public static class PersonBootstrap
{
    /// <summary>Replicates of the intervals of rates.</summary>
    public const int Replicates = 1000;

    /// <summary>Calls <paramref name="replicate"/> with how often each person was drawn. Same seed, same draws, whatever the threads.</summary>
    /// <returns>One row of values for each replicate.</returns>
    public static double[][] Run(int persons, int seed, Func<int[], double[]> replicate, int replicates = Replicates, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replicate);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        var values = new double[replicates][];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.For(0, replicates, options, () => new int[persons], (r, _, weights) =>
        {
            // A generator for each replicate, so that the result does not depend on how threads share the work.
#pragma warning disable CA5394
            var random = new Random(unchecked((seed * 397) ^ (r * 486187739)));
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

    /// <summary>The 95 % interval of one column, without replicates in which it could not be computed (NaN).</summary>
    public static Interval Interval(double[][] rows, int column)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double[] sound = [.. rows.Select(r => r[column]).Where(v => !double.IsNaN(v))];
        return Evaluation.Interval.Percentile(sound);
    }
}
