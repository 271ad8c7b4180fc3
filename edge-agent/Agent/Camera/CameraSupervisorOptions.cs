namespace Devices.Edge.Agent.Camera;

/// <summary>How patient the supervisor is.</summary>
public sealed record CameraSupervisorOptions
{
    /// <summary>Without a good frame for this long the camera is closed and opened again.</summary>
    public TimeSpan FrameAgeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause before the first reopening; doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause between two openings.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Span over which frames a second are measured.</summary>
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromSeconds(5);
}
