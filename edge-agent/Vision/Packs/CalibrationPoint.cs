using System.Text.Json.Serialization;

namespace Devices.Edge.Vision.Packs;

/// <summary>
/// One point: at <paramref name="Threshold"/>, <paramref name="FalseMatches"/> of <paramref name="Comparisons"/>
/// impostor comparisons matched. <paramref name="Fnmr"/> is the share of genuine comparisons missed there. Fewer than
/// 30 false matches make a measured point weak (Doddington's rule of 30).
/// </summary>
public sealed record CalibrationPoint(double Fmr, float Threshold, long Comparisons, long FalseMatches, double Fnmr)
{
    /// <summary>Measured where the manifest does not say; fitted points lie in <see cref="TailModel.Points"/> only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ThresholdBasis Basis { get; init; } = ThresholdBasis.Measured;

    /// <summary>95 % interval of a fitted threshold, by resampling persons; absent at measured points.</summary>
    public float? ThresholdLow { get; init; }

    public float? ThresholdHigh { get; init; }
}
