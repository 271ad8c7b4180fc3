using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>Searches decided at the threshold that a terminal computes for a gallery's size.</summary>
/// <param name="Fpir">Share of strangers taken for somebody, as counted.</param>
public sealed record CalibratedSearch(CalibratedThreshold Threshold, int FalsePositives, double Fpir, Interval FpirInterval, double Fnir, Interval FnirInterval);
