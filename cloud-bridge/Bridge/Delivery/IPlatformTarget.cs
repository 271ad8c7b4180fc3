namespace Devices.Bridge.Delivery;

/// <summary>
/// The platform: metered, and it can be asked what it has, so that delivery to it is exactly once. One instance serves one tenant and may
/// be called by several workers at once. Expected refusals come back as outcomes; only cancellation is thrown.
/// </summary>
public interface IPlatformTarget
{
    /// <summary>Short name for logs and pages, as <c>dingtalk</c>; its rows in the outbox are <see cref="Store.OutboxTarget.Platform"/>.</summary>
    string Name { get; }

    /// <summary>Most people one lookup may ask for.</summary>
    int LookupPersons { get; }

    /// <summary>Longest time one lookup may span.</summary>
    TimeSpan LookupSpan { get; }

    /// <summary>How far back the platform takes and shows punches.</summary>
    TimeSpan Window { get; }

    /// <summary>The calendar month, as <c>2026-09</c>, whose metered calls a call made at this moment counts to.</summary>
    string MeteredMonth(DateTimeOffset at);

    /// <summary>The calendar day of that month, as <c>2026-09-30</c>.</summary>
    string MeteredDay(DateTimeOffset at);

    /// <summary>How much of that day is over, from 0 to 1.</summary>
    double MeteredDayShare(DateTimeOffset at);

    /// <summary>Why this punch can never be taken, without asking the platform; null where it can be sent.</summary>
    DeliveryOutcome? Refuse(DeliveryItem item);

    /// <summary>Sends one punch: one metered call.</summary>
    Task<DeliveryOutcome> SendAsync(DeliveryItem item, CancellationToken cancellationToken);

    /// <summary>Asks what the platform has: one metered call.</summary>
    Task<LookupResult> FindAsync(LookupQuery query, CancellationToken cancellationToken);
}
