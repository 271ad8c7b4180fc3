using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Agent.View;

/// <summary>What the page says beside the frame.</summary>
public sealed record ViewFacts
{
    public required string Terminal { get; init; }

    /// <summary>False where none is configured.</summary>
    public required bool HasCamera { get; init; }

    public required PartHealth Camera { get; init; }

    public CameraStatus? Status { get; init; }

    /// <summary>False where no pack is configured.</summary>
    public required bool HasModels { get; init; }

    public required PartHealth Models { get; init; }

    public string? Pack { get; init; }

    public int People { get; init; }

    public int Templates { get; init; }

    public float? Threshold { get; init; }

    public float? LivenessThreshold { get; init; }

    public required QualityLimits Limits { get; init; }

    public FaceRegion? Region { get; init; }
}
