namespace Devices.Edge.Vision.Detect;

/// <summary>A face found in a frame. <paramref name="Points"/> is set by detectors that give five points themselves.</summary>
public readonly record struct DetectedFace(FaceBox Box, float Score, FivePoints? Points = null);
