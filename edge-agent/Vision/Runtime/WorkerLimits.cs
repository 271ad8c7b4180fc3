namespace Devices.Edge.Vision.Runtime;

/// <summary>How long a worker may take. Together they keep a crash or a hang below ten seconds: run, pause, load.</summary>
public sealed record WorkerLimits
{
    /// <summary>One run of one model; a slow board needs 0.2 s.</summary>
    public TimeSpan Run { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Opening one model, or its first run.</summary>
    public TimeSpan Load { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A worker that lived longer is started anew at once.</summary>
    public TimeSpan Steady { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(8);
}
