namespace Devices.Edge.Vision.Evaluation;

/// <summary>A threshold read from a fitted tail.</summary>
public readonly record struct TailPoint(double Fmr, double Threshold, Interval Interval)
{
    /// <summary>Persons drawn anew leave the threshold where it is, to <see cref="TailFit.WidestInterval"/>.</summary>
    public bool IsSteady => Interval.High - Interval.Low <= TailFit.WidestInterval;
}
