namespace Devices.Bridge.Delivery;

/// <summary>
/// A place that punches are delivered to, one at a time. One instance may be called by several workers at once, but never with two
/// punches of one person. Expected refusals come back as outcomes; only cancellation is thrown.
/// </summary>
/// <remarks>
/// Unlike the platform (<see cref="IPlatformTarget"/>) such a target cannot be asked what it has, so delivery to it is at least once: whatever is
/// <see cref="OutcomeKind.Ambiguous"/>, and what was under way when the bridge stopped, is sent again with the same
/// <see cref="OutgoingPunch.Key"/>, by which the receiver knows it.
/// </remarks>
public interface IDeliveryTarget
{
    /// <summary>Short name for logs, pages and the outbox, as <c>webhook</c>: that of its <see cref="Store.OutboxTarget"/>.</summary>
    string Name { get; }

    /// <summary>Why this punch can never be taken, without asking anybody; null where it can be sent.</summary>
    DeliveryOutcome? Refuse(OutgoingPunch punch) => null;

    /// <summary>Sends one punch.</summary>
    Task<DeliveryOutcome> SendAsync(OutgoingPunch punch, CancellationToken cancellationToken);
}

/// <summary>A target that takes several punches of different people in one go, all or none (a file, say).</summary>
public interface IBatchTarget : IDeliveryTarget
{
    /// <summary>Most punches of one call.</summary>
    int MostTogether { get; }

    /// <summary>Sends them; the outcome holds for each. One call is under way at a time.</summary>
    Task<DeliveryOutcome> SendAsync(IReadOnlyList<OutgoingPunch> punches, CancellationToken cancellationToken);
}
