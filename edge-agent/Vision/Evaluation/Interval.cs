namespace Devices.Edge.Vision.Evaluation;

/// <summary>A 95 % confidence interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>
    /// Wilson's score interval of a share (Wilson 1927; Brown, Cai and DasGupta 2001): sensible at 0 and at 1 and with
    /// few trials, where the usual ± is not. It takes the trials for independent.
    /// </summary>
    public static Interval Wilson(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (trials == 0)
        {
            return new Interval(0, 1);
        }

        var share = (double)successes / trials;
        var z2 = Z * Z / trials;
        var centre = (share + (z2 / 2)) / (1 + z2);
        var half = Z / (1 + z2) * Math.Sqrt((share * (1 - share) / trials) + (z2 / (4 * trials)));

        // At the ends the exact value is 0 or 1; rounding must not leave it just outside.
        return new Interval(successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half);
    }

    /// <summary>The middle 95 % of bootstrap replicates (percentile interval, Efron and Tibshirani 1993). Sorts in place.</summary>
    public static Interval Percentile(Span<double> replicates)
    {
        if (replicates.IsEmpty)
        {
            return new Interval(double.NaN, double.NaN);
        }

        replicates.Sort();
        return new Interval(replicates[(int)(0.025 * (replicates.Length - 1))], replicates[(int)Math.Ceiling(0.975 * (replicates.Length - 1))]);
    }
}
