namespace Devices.Edge.Vision.Match;

/// <summary>A decision with everything it was decided on.</summary>
/// <param name="ThresholdExtrapolated">The threshold lies beyond the pack's measured points.</param>
public readonly record struct OpenSetDecision(OpenSetVerdict Verdict, GalleryMatch Match, float Threshold, bool ThresholdExtrapolated);
