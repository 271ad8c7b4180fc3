using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Match;

/// <summary>A decision with everything it was decided on.</summary>
/// <param name="Basis">What the threshold rests on.</param>
public readonly record struct OpenSetDecision(OpenSetVerdict Verdict, GalleryMatch Match, float Threshold, ThresholdBasis Basis);
