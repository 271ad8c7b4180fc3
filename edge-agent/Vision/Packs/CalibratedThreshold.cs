namespace Devices.Edge.Vision.Packs;

/// <summary>A threshold read from a pack's calibration; <paramref name="Extrapolated"/> when no measured point supports it.</summary>
public readonly record struct CalibratedThreshold(float Threshold, double Fmr, bool Extrapolated);
