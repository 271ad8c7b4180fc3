namespace Devices.Bridge.Store;

/// <summary>One punch to be delivered.</summary>
/// <param name="Was">The state it was leased from: an ambiguous one must be looked for before it is sent.</param>
/// <param name="Attempts">Calls made so far, not counting this lease.</param>
/// <param name="Forced">HR said "send it": policy and savings do not hold it back.</param>
/// <param name="Tell">The correction that the target is to be told of this punch; null where the punch itself is to be sent.</param>
public sealed record OutboxItem(long PunchId, PunchKey Key, string Person, long At, DeliveryState Was, int Attempts, long? SentAt, bool Forced = false, long? Tell = null);

/// <summary>The new state of an outbox row. Null fields are stored as null.</summary>
public sealed record OutboxChange(DeliveryState State)
{
    public int Attempts { get; init; }
    public long? NextAttemptAt { get; init; }
    public long? SentAt { get; init; }
    public long? DeliveredAt { get; init; }
    public string? ReasonCode { get; init; }
    public string? Reason { get; init; }

    /// <summary>The correction that the target has taken, with <see cref="DeliveryState.Delivered"/>; where another was decided meanwhile the row is pending again.</summary>
    public long? Told { get; init; }

    /// <summary>Only where the row is still being sent: an outcome that was written meanwhile counts more.</summary>
    public bool OnlyIfSending { get; init; }
}
