using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision;

/// <summary>How the pipeline decides. Defaults suit a terminal at 5–30 frames a second.</summary>
public sealed record PipelineOptions
{
    public DecisionPolicy Policy { get; init; } = new();

    public QualityLimits Quality { get; init; } = QualityLimits.Recognition;

    /// <summary>Where in the picture a face may be recognised; null is everywhere.</summary>
    public FaceRegion? Region { get; init; }

    /// <summary>
    /// A face narrower than this share of the widest one waits: it is somebody further
    /// back, who queues or walks past. People side by side differ by less. 0 takes everybody.
    /// </summary>
    public float NearestShare { get; init; } = 0.5f;

    /// <summary>
    /// In a picture much larger than the detector's input, a second run a frame on a part of it while no face is found and
    /// somebody is said to be there, or where a far face was last.
    /// </summary>
    public bool FarSearch { get; init; } = true;

    public TrackerOptions Tracker { get; init; } = new();

    /// <summary>Best frames kept for each face.</summary>
    public int Window { get; init; } = 5;

    /// <summary>Good frames before anybody is accepted.</summary>
    public int AcceptAfter { get; init; } = 3;

    /// <summary>Good frames before anybody is refused (unknown, ambiguous, spoof): refusing takes more looking than accepting.</summary>
    public int RefuseAfter { get; init; } = 6;

    /// <summary>Share of the window's single frames that must name the accepted person themselves.</summary>
    public float Agreement { get; init; } = 0.6f;

    /// <summary>A refused face that stays is looked at again, as a new track, after this.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often an accepted face that stays is checked to be the same one.</summary>
    public TimeSpan RecheckEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Faces embedded in one frame at most, so that a crowd does not starve the camera; the rest take turns.</summary>
    public int RecognitionsPerFrame { get; init; } = 4;

    /// <summary>Below this mean cosine with its own window a face is another one. Null takes the pack's threshold at FMR 1e-2.</summary>
    public float? SameFaceThreshold { get; init; }

    /// <summary>Overrides the pack's liveness threshold.</summary>
    public float? LivenessThreshold { get; init; }

    /// <summary>Overrides from where on the pack's texture model is sure, so that nobody is asked for its sake; 0 asks nobody.</summary>
    public float? SureThreshold { get; init; }

    /// <summary>The motion cue and the challenge.</summary>
    public MotionOptions Motion { get; init; } = new();

    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense.</exception>
    public void Validate()
    {
        Policy.Validate();
        Motion.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(AcceptAfter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(AcceptAfter, Window);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefuseAfter, AcceptAfter);
        ArgumentOutOfRangeException.ThrowIfLessThan(RecognitionsPerFrame, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Tracker.MaximumTracks, 1);
        if (NearestShare is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(NearestShare), "The nearest share must lie between 0 and 1.");
        }

        if (Agreement is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Agreement), "The agreement must lie above 0 and at most be 1.");
        }
    }
}
