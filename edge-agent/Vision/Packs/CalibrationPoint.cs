namespace Devices.Edge.Vision.Packs;

/// <summary>
/// One measured point: at <paramref name="Threshold"/>, <paramref name="FalseMatches"/> of
/// <paramref name="Comparisons"/> impostor comparisons matched. <paramref name="Fnmr"/> is the share of genuine
/// comparisons missed there. Fewer than 30 false matches make a point weak (Doddington's rule of 30).
/// </summary>
public sealed record CalibrationPoint(double Fmr, float Threshold, long Comparisons, long FalseMatches, double Fnmr);
