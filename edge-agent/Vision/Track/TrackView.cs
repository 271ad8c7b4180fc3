using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Track;

/// <summary>One track as it stands after a frame.</summary>
/// <param name="Id">Never reused while the pipeline lives.</param>
/// <param name="Box">Where the face was last seen.</param>
/// <param name="Quality">Of the latest frame.</param>
/// <param name="DecidedNow">True in exactly one frame of a track: the one whose <paramref name="Outcome"/> became final.</param>
public readonly record struct TrackView(long Id, FaceBox Box, FaceQuality Quality, TrackOutcome Outcome, bool DecidedNow, TimeSpan StartedAt)
{
    /// <summary>The five points in the latest frame; all zero where the face was not seen in it.</summary>
    public FivePoints Points { get; init; }

    /// <summary>Mean live score of the texture model so far, 0..1; 0 before the first sample.</summary>
    public float Liveness { get; init; }

    /// <summary>Displacement that no plane explains so far, pixels of the aligned face.</summary>
    public float Motion { get; init; }

    /// <summary>What the person is asked to do now, or none.</summary>
    public ChallengeKind Challenge { get; init; }

    /// <summary>Whether this frame of it was compared with the gallery.</summary>
    public bool SampledNow { get; init; }

    /// <summary>True in exactly one frame of a challenge: the one in which it began.</summary>
    public bool AskedNow { get; init; }
}
