namespace Devices.Bridge.Delivery;

/// <summary>One question to the platform's record list.</summary>
/// <param name="Persons">Userids, at most <see cref="IPlatformTarget.LookupPersons"/>.</param>
/// <param name="From">First moment, ms since the Unix epoch, inclusive.</param>
/// <param name="To">Last moment, ms since the Unix epoch, inclusive.</param>
public sealed record LookupQuery(IReadOnlyList<string> Persons, long From, long To);

/// <summary>A punch as the platform shows it.</summary>
/// <param name="Id">The platform's own id of the row.</param>
/// <param name="Person">Userid.</param>
/// <param name="At">ms since the Unix epoch, UTC; the platform may have cut it to the second.</param>
/// <param name="DeviceName">The place it shows; null where it shows none.</param>
/// <param name="Invalid">Why the platform does not count it, or null.</param>
public sealed record PlatformRecord(string Id, string Person, long At, string? DeviceName, string? Invalid)
{
    /// <summary>When it reached the platform, ms since the Unix epoch; null where it does not say.</summary>
    public long? ReceivedAt { get; init; }
}

/// <summary>The answer: <see cref="Records"/> is meaningful only when <see cref="Outcome"/> is accepted.</summary>
public sealed record LookupResult(DeliveryOutcome Outcome, IReadOnlyList<PlatformRecord> Records);
