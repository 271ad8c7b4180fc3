namespace Devices.Standins.Camera;

/// <summary>A part of a video file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Seconds from its beginning.</param>
/// <param name="Seconds">How much of it, or null for the rest.</param>
public sealed record VideoRequest(string Path, double Start = 0, double? Seconds = null);
