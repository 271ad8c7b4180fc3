using Devices.Edge.Vision;

namespace Devices.Edge.Agent.Telemetry;

/// <summary>Times the pipeline's stages for the metrics, in front of whoever else watches it. For recognition's thread.</summary>
public sealed class StageClock : IPipelineObserver
{
    private IPipelineObserver? _next;

    /// <summary>Who is to watch the next frame: <paramref name="other"/> alone, unless the stages are measured.</summary>
    public IPipelineObserver? Before(IPipelineObserver? other)
    {
        if (!AgentMeters.WantsStages) return other;
        _next = other;
        return this;
    }

    public void Compared(long track, in FaceComparison comparison) => _next?.Compared(track, comparison);

    public void Timed(in StageTimes times)
    {
        AgentMeters.Stages(times);
        _next?.Timed(times);
    }
}
