namespace Devices.Bridge.Delivery.Targets;

/// <summary>
/// Where punches go besides the platform, one call a punch. Several workers may call at once; expected refusals come back as outcomes,
/// only cancellation is thrown. A call is not metered and gives no proof of its own beyond its answer.
/// </summary>
public interface ITarget
{
    /// <summary>Short name for logs, pages and the store, as <c>webhook</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Sends one punch. Where <see cref="RepeatIsHarmless"/>, an answer that did not come is <see cref="OutcomeKind.Unreachable"/>: it is
    /// simply sent again.
    /// </summary>
    Task<DeliveryOutcome> SendAsync(TargetPunch punch, CancellationToken cancellationToken);

    /// <summary>Whether the receiver can tell a repeat from a second punch, so that nobody has to be asked before sending again.</summary>
    bool RepeatIsHarmless { get; }
}
