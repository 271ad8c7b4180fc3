namespace Devices.Edge.Ledger.Time;

/// <summary>Something about the clock that operators should see.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Text">One plain sentence.</param>
/// <param name="Anchor">For <see cref="ClockEventKind.TrustGained"/>: what held punches are corrected from; else null.</param>
public sealed record ClockEvent(ClockEventKind Kind, string Text, ClockAnchor? Anchor = null);

/// <summary>Kinds of <see cref="ClockEvent"/>.</summary>
public enum ClockEventKind
{
    TrustGained,
    TrustLost,

    /// <summary>The wall clock moved against the monotonic clock.</summary>
    Jump,

    /// <summary>A source offered a time that cannot be (before the floor) and was not followed.</summary>
    Refused,

    /// <summary>Two sources differ by more than both can be wrong.</summary>
    Disagreement,
}
