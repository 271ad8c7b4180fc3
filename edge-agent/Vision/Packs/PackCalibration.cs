namespace Devices.Edge.Vision.Packs;

/// <summary>FMR against threshold (cosine) as measured, with what it was measured on.</summary>
public sealed record PackCalibration
{
    /// <summary>The data and protocol in words.</summary>
    public required string Data { get; init; }

    public required long ImpostorComparisons { get; init; }

    public required long GenuineComparisons { get; init; }

    /// <summary>Measured points by falling FMR.</summary>
    public required IReadOnlyList<CalibrationPoint> Points { get; init; }

    /// <summary>
    /// Where counting ends: a fitted tail. Absent in packs without one. It is a block of its own, so that an older
    /// program, which does not know it, goes on extrapolating and saying so instead of taking a fit for a count.
    /// </summary>
    public TailModel? Tail { get; init; }

    /// <summary>
    /// The threshold for a wanted false match rate: linear in log10(FMR) between points, measured ones first and
    /// fitted ones after them; beyond the smallest FMR the last slope goes on; above the largest the first point's
    /// threshold holds (never looser than what was measured). The result says which of these it was.
    /// </summary>
    public CalibratedThreshold ThresholdFor(double fmr)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fmr);
        if (fmr >= Points[0].Fmr)
        {
            return new CalibratedThreshold(Points[0].Threshold, Points[0].Fmr, ThresholdBasis.Measured);
        }

        var fitted = Tail?.Points.Count ?? 0;
        var count = Points.Count + fitted;
        var upper = 1;
        while (upper < count - 1 && At(upper).Fmr > fmr)
        {
            upper++;
        }

        var (a, b) = (At(upper - 1), At(upper));
        var share = (Math.Log10(fmr) - Math.Log10(a.Fmr)) / (Math.Log10(b.Fmr) - Math.Log10(a.Fmr));
        var threshold = (float)(a.Threshold + (share * (b.Threshold - a.Threshold)));

        // 0.999: a rate computed as 1e-5 must not fall off the point at 1e-5 by its last digit.
        var basis = fmr >= Points[^1].Fmr * 0.999 ? ThresholdBasis.Measured
            : fmr >= At(count - 1).Fmr * 0.999 ? ThresholdBasis.Fitted
            : ThresholdBasis.Extrapolated;
        return new CalibratedThreshold(Math.Min(threshold, 0.95f), fmr, basis);
    }

    private CalibrationPoint At(int index) => index < Points.Count ? Points[index] : Tail!.Points[index - Points.Count];
}
