using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>A punch as it lies in the store, with its journey.</summary>
public sealed record StoredPunch
{
    /// <summary>Order of arrival over all terminals: the cursor of <see cref="IPunchStore.ListAfterAsync"/>.</summary>
    public required long Id { get; init; }

    public required Punch Punch { get; init; }

    /// <summary>When the bridge committed it, ms since the Unix epoch. Never stands in for <see cref="Punch.At"/>.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>The person's name from the roster; null where the roster has no such person.</summary>
    public string? Name { get; init; }

    public required DeliveryState Delivery { get; init; }
    public int Attempts { get; init; }
    public long? NextAttemptAt { get; init; }
    public long? SentAt { get; init; }
    public long? DeliveredAt { get; init; }
    /// <summary>When the platform's record list showed it: the only proof. Null while it has merely said yes.</summary>
    public long? ProvedAt { get; init; }

    /// <summary>Why the platform does not count the row it shows; null where it does.</summary>
    public string? PlatformNote { get; init; }

    public string? ReasonCode { get; init; }
    public string? Reason { get; init; }

    /// <summary>How it counts, by the corrections there are.</summary>
    public PunchStanding Standing { get; init; } = PunchStanding.AsRecorded;

    public PunchKey Key => new(Punch.Terminal, Punch.Ledger, Punch.Seq);
}
