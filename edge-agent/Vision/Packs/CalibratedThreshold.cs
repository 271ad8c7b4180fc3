namespace Devices.Edge.Vision.Packs;

/// <summary>A threshold read from a pack's calibration, and what it rests on.</summary>
public readonly record struct CalibratedThreshold(float Threshold, double Fmr, ThresholdBasis Basis)
{
    /// <summary>No point of the table, measured or fitted, supports it.</summary>
    public bool Extrapolated => Basis == ThresholdBasis.Extrapolated;

    /// <summary>The basis for a log line or a report, e.g. "fitted tail, not counted".</summary>
    public string BasisInWords => Basis switch
    {
        ThresholdBasis.Measured => "measured: false matches were counted",
        ThresholdBasis.Fitted => "fitted tail, not counted",
        _ => "extrapolated beyond measured and fitted points",
    };
}
