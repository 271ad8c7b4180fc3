namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Counts of cosine scores in bins of 1/8192: millions of comparisons in 128 KiB. Rates read from it are exact at bin
/// edges; thresholds are rounded up, so that no stated rate is exceeded.
/// </summary>
public sealed class ScoreHistogram
{
    private const int Bins = 2 * 8192;
    private readonly long[] _counts = new long[Bins + 1];

    public long Count { get; private set; }

    public void Add(float score)
    {
        _counts[BinOf(score)]++;
        Count++;
    }

    public void Add(ScoreHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i <= Bins; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>Scores of at least <paramref name="threshold"/>, which is rounded up to a bin's edge.</summary>
    public long AtLeast(double threshold)
    {
        long sum = 0;
        for (var bin = Bins; bin >= 0 && EdgeOf(bin) >= threshold - 1e-9; bin--)
        {
            sum += _counts[bin];
        }

        return sum;
    }

    /// <summary>The lowest threshold (rounded up to four decimals) at which at most <paramref name="rate"/> of the scores match.</summary>
    public float ThresholdFor(double rate)
    {
        long matched = 0;
        var bin = Bins;
        while (bin >= 0 && matched + _counts[bin] <= rate * Count)
        {
            matched += _counts[bin--];
        }

        return MathF.Ceiling((float)EdgeOf(bin + 1) * 10000) / 10000;
    }

    /// <summary>Share of the scores in each of <paramref name="bars"/> equal parts of −1..1.</summary>
    public double[] Shares(int bars)
    {
        var shares = new double[bars];
        for (var i = 0; i <= Bins; i++)
        {
            shares[Math.Min(bars - 1, (int)((long)i * bars / Bins))] += Count == 0 ? 0 : (double)_counts[i] / Count;
        }

        return shares;
    }

    private static int BinOf(float score) => float.IsNaN(score) ? 0 : Math.Clamp((int)((score + 1) * (Bins / 2)), 0, Bins);

    private static double EdgeOf(int bin) => (bin / (Bins / 2.0)) - 1;
}
