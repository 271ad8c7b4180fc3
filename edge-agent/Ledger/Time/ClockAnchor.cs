namespace Devices.Edge.Ledger.Time;

/// <summary>
/// A moment at which the true time was known together with the monotonic clock. Any other moment of the same boot follows from it:
/// <c>at = AtMs + (monotonic - MonotonicMs)</c>, with an uncertainty that grows by the crystal's drift.
/// </summary>
/// <param name="AtMs">True time, ms since the Unix epoch.</param>
/// <param name="MonotonicMs">Monotonic clock at that moment, ms.</param>
/// <param name="BootId">The boot in which <paramref name="MonotonicMs"/> counts.</param>
/// <param name="UncertaintyMs">How well <paramref name="AtMs"/> was known then.</param>
/// <param name="Source">Who vouched for it.</param>
public sealed record ClockAnchor(long AtMs, long MonotonicMs, string BootId, long UncertaintyMs, TrustSource Source)
{
    /// <summary>The time at <paramref name="monotonicMs"/> of the same boot, before or after the anchor.</summary>
    public long At(long monotonicMs) => AtMs + (monotonicMs - MonotonicMs);

    /// <summary>The uncertainty at <paramref name="monotonicMs"/>: the anchor's, plus drift over the distance, rounded up.</summary>
    public long UncertaintyAt(long monotonicMs, int driftPpm) =>
        UncertaintyMs + (Math.Abs(monotonicMs - MonotonicMs) * driftPpm + 999_999) / 1_000_000;
}
