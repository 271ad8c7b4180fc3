using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision;

/// <summary>
/// What one frame brought. The pipeline reuses this object: it is valid until the next frame, so copy what you keep
/// (views are values, outcomes are immutable).
/// </summary>
public sealed class FrameResult
{
    internal List<TrackView> TrackList { get; } = new(16);

    internal List<TrackView> DecisionList { get; } = new(16);

    /// <summary>Every face in view now.</summary>
    public IReadOnlyList<TrackView> Tracks => TrackList;

    /// <summary>Outcomes that became final in this frame, each exactly once; tracks that left undecided are here too.</summary>
    public IReadOnlyList<TrackView> Decisions => DecisionList;

    /// <summary>Faces that the detector reported.</summary>
    public int Detected { get; internal set; }
}
