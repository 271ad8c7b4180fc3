namespace Devices.Bridge.Delivery;

/// <summary>What came of one call to the platform.</summary>
/// <param name="Kind">What the worker does next.</param>
/// <param name="Reason">Key of the plain sentence (<c>reason.…</c> in the text resources) for HR or the operator.</param>
/// <param name="Code">The platform's own code, as text; null where it gave none.</param>
/// <param name="Detail">The platform's own words, shortened; shown beside the sentence, never instead of it.</param>
/// <param name="Wait">How long to leave the platform (throttled) or this punch (transient) alone; null leaves it to back-off.</param>
/// <param name="MaxAttempts">After so many attempts the punch is a dead letter; null never.</param>
public sealed record DeliveryOutcome(
    OutcomeKind Kind,
    string Reason,
    string? Code = null,
    string? Detail = null,
    TimeSpan? Wait = null,
    int? MaxAttempts = null)
{
    /// <summary>The platform said yes. It is not yet proof that it recorded the punch.</summary>
    public static DeliveryOutcome Accepted { get; } = new(OutcomeKind.Accepted, "reason.accepted");

    /// <summary>Whether the platform counts this call to its month: it does not count throttled calls and calls that never arrived.</summary>
    public bool Metered => !NeverCalled && Kind is not (OutcomeKind.Throttled or OutcomeKind.Unreachable or OutcomeKind.Banned);

    /// <summary>The metered call itself was never made: it already failed at the access token, which is not metered.</summary>
    public bool NeverCalled { get; init; }
}
