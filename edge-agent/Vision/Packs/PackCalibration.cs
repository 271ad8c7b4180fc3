namespace Devices.Edge.Vision.Packs;

/// <summary>FMR against threshold (cosine) as measured, with what it was measured on.</summary>
public sealed record PackCalibration
{
    /// <summary>The data and protocol in words.</summary>
    public required string Data { get; init; }

    public required long ImpostorComparisons { get; init; }

    public required long GenuineComparisons { get; init; }

    /// <summary>Points by falling FMR.</summary>
    public required IReadOnlyList<CalibrationPoint> Points { get; init; }

    /// <summary>
    /// The threshold for a wanted false match rate: linear in log10(FMR) between points; beyond the smallest FMR
    /// the last slope goes on and <see cref="CalibratedThreshold.Extrapolated"/> says so; above the largest the
    /// first point's threshold holds (never looser than what was measured).
    /// </summary>
    public CalibratedThreshold ThresholdFor(double fmr)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fmr);
        if (fmr >= Points[0].Fmr)
        {
            return new CalibratedThreshold(Points[0].Threshold, Points[0].Fmr, false);
        }

        var upper = 1;
        while (upper < Points.Count - 1 && Points[upper].Fmr > fmr)
        {
            upper++;
        }

        var (a, b) = (Points[upper - 1], Points[upper]);
        var share = (Math.Log10(fmr) - Math.Log10(a.Fmr)) / (Math.Log10(b.Fmr) - Math.Log10(a.Fmr));
        var threshold = (float)(a.Threshold + (share * (b.Threshold - a.Threshold)));
        return new CalibratedThreshold(Math.Min(threshold, 0.95f), fmr, fmr < Points[^1].Fmr * 0.999);
    }
}
