using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Accuracy;

/// <summary>What <c>devices accuracy --json</c> prints. Figures that nothing supports are null.</summary>
public sealed record AccuracyDocument(
    string Pack, string Data, string Report, int Persons, int Pictures, int Unreadable, int Faceless, double DetectionRate, Interval DetectionInterval,
    int FailedToEnrol, int FailedToAcquire, int Probes, IReadOnlyList<UnusedPicture> NotUsed, IReadOnlyList<string> IgnoredFiles,
    long ImpostorComparisons, int GenuineComparisons, IReadOnlyList<AccuracyRow> Verification, AccuracyTail? Tail, TenFold? TenFold,
    IReadOnlyList<OpenSetPoint> OpenSet, IReadOnlyList<SyntheticRatio> Synthetic, PackCalibration? Calibration, string? NoCalibration, string? CalibrationWrittenAsVersion)
{
    public static AccuracyDocument Of(AccuracyResult r, PackManifest pack, string data, string report, IReadOnlyList<string> ignored, string? version)
    {
        ArgumentNullException.ThrowIfNull(r);
        ArgumentNullException.ThrowIfNull(pack);
        return new(pack.Reference.ToString(), data, report, r.Persons, r.Pictures, r.Unreadable, r.Faceless, r.DetectionRate, r.DetectionInterval,
            r.FailedToEnrol, r.FailedToAcquire, r.Probes, r.NotUsed, ignored, r.Verification.ImpostorComparisons, r.Verification.GenuineComparisons,
            [.. r.Verification.Points.Select(p => new AccuracyRow(p.Fmr, p.Support, Number(p.Threshold), Number(p.ThresholdInterval.Low), Number(p.ThresholdInterval.High), p.FalseMatches,
                Number(p.Fnmr), Number(p.FnmrInterval.Low), Number(p.FnmrInterval.High)))],
            r.Verification.Tail is { } t ? new AccuracyTail(t.Above, t.Exceedances, t.Rate, t.Shape, t.ShapeInterval, t.Scale, t.ScaleInterval, t.AndersonDarling, t.GoodnessP, t.QqCorrelation) : null,
            r.TenFold, r.OpenSet?.Points ?? [], r.OpenSet?.Synthetic ?? [], r.Calibration, r.NoCalibration, version);
    }

    private static double? Number(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>One row of the verification table.</summary>
public sealed record AccuracyRow(double Fmr, Support Support, double? Threshold, double? ThresholdLow, double? ThresholdHigh, long FalseMatches, double? Fnmr, double? FnmrLow, double? FnmrHigh);

/// <summary>The fitted tail.</summary>
public sealed record AccuracyTail(double Above, int Exceedances, double Rate, double Shape, Interval ShapeInterval, double Scale, Interval ScaleInterval, double AndersonDarling, double GoodnessP, double QqCorrelation);
