namespace Devices.Edge.Vision.Evaluation;

/// <summary>At a threshold of a known FMR between real people: how often real people match made-up ones, as a multiple of that FMR.</summary>
public readonly record struct SyntheticRatio(double Fmr, double Threshold, double Ratio);
