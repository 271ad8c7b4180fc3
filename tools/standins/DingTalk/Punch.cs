namespace Devices.Standins.DingTalk;

/// <summary>A punch as the cloud keeps it. Times are ms since the Unix epoch, UTC.</summary>
internal sealed record Punch
{
    /// <summary>Arrival order, from 1, over everything that was recorded.</summary>
    public required long Order { get; init; }

    /// <summary>The cloud's own id of the row.</summary>
    public required long Id { get; init; }

    public required string Userid { get; init; }

    public required string DeviceName { get; init; }

    public required string DeviceId { get; init; }

    public required long UserCheckTime { get; init; }

    public string? PhotoUrl { get; init; }

    /// <summary>When it arrived: gmtCreate.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>Why the row is judged invalid, or null.</summary>
    public string? Invalid { get; init; }
}

/// <summary>One upload call that reached the handler, with what came of it.</summary>
internal sealed record UploadAttempt(long ReceivedAt, string? Userid, string? DeviceId, string? UserCheckTime, string Outcome, long? Order);
