using System.Globalization;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>A verification's points as the calibration that a pack carries.</summary>
public static class CalibrationTable
{
    /// <summary>The rarest counted rate that a calibration must reach: a terminal is never looser than 1e-4.</summary>
    public const double RarestNeeded = 1e-4;

    /// <summary>Why a calibration cannot be made of these data, as a sentence; null where it can.</summary>
    public static string? Refusal(Verification verification)
    {
        ArgumentNullException.ThrowIfNull(verification);
        return !verification.Points.Any(p => p.Support == Support.Counted && p.Fmr <= RarestNeeded)
            ? string.Create(CultureInfo.InvariantCulture, $"{verification.ImpostorComparisons:N0} comparisons of different people support no false match rate of 1e-4; at least {Verification.Enough / RarestNeeded:N0} are needed (about 800 people with one picture each, or 250 with three).")
            : verification.GenuineComparisons < Verification.Enough
                ? string.Create(CultureInfo.InvariantCulture, $"{verification.GenuineComparisons:N0} comparisons of a person with themselves are too few; at least {Verification.Enough} are needed: more than one picture of more people.")
                : null;
    }

    /// <summary>Counted points by falling FMR, and the fitted tail where there is one.</summary>
    /// <param name="data">The data and the protocol, in words.</param>
    public static PackCalibration Of(Verification verification, string data)
    {
        ArgumentNullException.ThrowIfNull(verification);
        var fitted = verification.Points.Where(p => p.Support == Support.Fitted).ToArray();
        return new PackCalibration
        {
            Data = data,
            ImpostorComparisons = verification.ImpostorComparisons,
            GenuineComparisons = verification.GenuineComparisons,
            Points = [.. verification.Points.Where(p => p.Support == Support.Counted).Select(p => Point(p, verification.ImpostorComparisons))],
            Tail = verification.Tail is not { } tail || fitted.Length == 0 ? null : new TailModel
            {
                Fit = string.Create(CultureInfo.InvariantCulture, $"Generalised Pareto distribution by maximum likelihood on the {tail.Exceedances:N0} impostor scores above u = {tail.Above:0.0000}; Anderson–Darling A² {tail.AndersonDarling:0.00} (p {tail.GoodnessP:0.00}), correlation of the QQ plot {tail.QqCorrelation:0.0000}; 95 % intervals by drawing persons anew: shape {tail.ShapeInterval.Low:0.000} to {tail.ShapeInterval.High:0.000}, scale {tail.ScaleInterval.Low:0.0000} to {tail.ScaleInterval.High:0.0000}. Nothing is claimed rarer than one expected false match in the data."),
                Above = Math.Round(tail.Above, 6),
                Rate = Round(tail.Rate),
                Exceedances = tail.Exceedances,
                Shape = Math.Round(tail.Shape, 5),
                Scale = Math.Round(tail.Scale, 6),
                KolmogorovSmirnov = Math.Round(tail.KolmogorovSmirnov, 4),
                Points = [.. fitted.Select(p => Point(p, verification.ImpostorComparisons) with
                {
                    Basis = ThresholdBasis.Fitted,
                    ThresholdLow = (float)Math.Round(p.ThresholdInterval.Low, 4),
                    ThresholdHigh = (float)Math.Round(p.ThresholdInterval.High, 4),
                })],
            },
        };
    }

    private static CalibrationPoint Point(OperatingPoint p, long comparisons) =>
        new(p.Fmr, (float)Math.Round(p.Threshold, 4), comparisons, p.FalseMatches, Math.Round(p.Fnmr, 5));

    private static double Round(double value) => double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
