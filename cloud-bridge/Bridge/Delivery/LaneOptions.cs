namespace Devices.Bridge.Delivery;

/// <summary>How carefully one target is served. A target's own options record derives from it, or fills one.</summary>
public record LaneOptions
{
    /// <summary>Calls under way at once.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Seconds between looks at the outbox.</summary>
    public double PollSeconds { get; init; } = 0.5;

    /// <summary>First wait before a punch is tried again; it quadruples up to <see cref="RetryMaxSeconds"/>, with jitter.</summary>
    public double RetrySeconds { get; init; } = 2;

    /// <summary>Longest wait before a punch is tried again.</summary>
    public double RetryMaxSeconds { get; init; } = 900;

    /// <summary>Seconds after which delivery, stopped by a configuration error, tries one punch.</summary>
    public double ConfigurationRetrySeconds { get; init; } = 300;

    /// <summary>
    /// Seconds after a start before what was under way when the bridge stopped is sent again, where the target cannot be asked: so long it may
    /// still be at it.
    /// </summary>
    public virtual double ResumeSeconds => 0;

    /// <summary>One sentence for the first value that cannot work, or null. <paramref name="section"/> is as <c>Bridge:Platform</c>.</summary>
    public string? CheckLane(string section)
    {
        if (Workers is < 1 or > 64) return $"{section}:Workers must be from 1 to 64.";
        if (PollSeconds is not (>= 0.01 and <= 60)) return $"{section}:PollSeconds must be from 0.01 to 60.";
        if (RetrySeconds is not (>= 0.01 and <= 3600)) return $"{section}:RetrySeconds must be from 0.01 to 3600.";
        if (!(RetryMaxSeconds >= RetrySeconds && RetryMaxSeconds <= 86_400)) return $"{section}:RetryMaxSeconds must be from RetrySeconds to 86400.";
        return ConfigurationRetrySeconds is >= 0.1 and <= 86_400 ? null : $"{section}:ConfigurationRetrySeconds must be from 0.1 to 86400.";
    }
}
