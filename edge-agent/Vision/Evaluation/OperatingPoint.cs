namespace Devices.Edge.Vision.Evaluation;

/// <summary>What the data say of one false match rate.</summary>
public enum Support
{
    /// <summary>At least 30 false matches were counted (Doddington's rule of 30: within 30 % at 90 % confidence).</summary>
    Counted,

    /// <summary>Rarer than 30 could be counted, read from the fitted tail.</summary>
    Fitted,

    /// <summary>The comparisons support no statement.</summary>
    None,
}

/// <summary>One row of the verification table: a wanted FMR, its threshold and what it costs.</summary>
/// <param name="Fmr">The wanted rate.</param>
/// <param name="Threshold">Cosine; NaN where nothing supports it.</param>
/// <param name="ThresholdInterval">95 %, persons drawn anew.</param>
/// <param name="FalseMatches">Impostor comparisons counted at or above the threshold.</param>
/// <param name="Fnmr">Of the enrolled persons' probes.</param>
/// <param name="FnmrInterval">95 %, persons drawn anew and the threshold chosen anew with them.</param>
/// <param name="FnmrOfAllPairs">Of every genuine pair; often photographed persons count for thousands.</param>
public sealed record OperatingPoint(
    double Fmr, Support Support, double Threshold, Interval ThresholdInterval, long FalseMatches,
    long FalseNonMatches, double Fnmr, Interval FnmrInterval, double FnmrOfAllPairs);
