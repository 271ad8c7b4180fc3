using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Track;

/// <summary>One track as it stands after a frame.</summary>
/// <param name="Id">Never reused while the pipeline lives.</param>
/// <param name="Box">Where the face was last seen.</param>
/// <param name="Quality">Of the latest frame.</param>
/// <param name="DecidedNow">True in exactly one frame of a track: the one whose <paramref name="Outcome"/> became final.</param>
public readonly record struct TrackView(long Id, FaceBox Box, FaceQuality Quality, TrackOutcome Outcome, bool DecidedNow, TimeSpan StartedAt);
