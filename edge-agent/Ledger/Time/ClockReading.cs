namespace Devices.Edge.Ledger.Time;

/// <summary>One look at the board's clocks, as it is stored beside a punch (design section 5).</summary>
/// <param name="WallMs">The system's wall clock as it stood, ms since the Unix epoch; never adjusted.</param>
/// <param name="AtMs">Best known time, ms since the Unix epoch. Meaningful where <paramref name="Trusted"/>; else equal to <paramref name="WallMs"/>.</param>
/// <param name="MonotonicMs">Milliseconds since the kernel started, suspend included (CLOCK_BOOTTIME).</param>
/// <param name="BootId">Identity of this start of the kernel; monotonic values compare only within one boot.</param>
/// <param name="Trusted">Whether <paramref name="AtMs"/> may be used as the punch's time.</param>
/// <param name="UncertaintyMs">Half-width of the interval around <paramref name="AtMs"/> that holds the true time; -1 where not trusted.</param>
public readonly record struct ClockReading(long WallMs, long AtMs, long MonotonicMs, string BootId, bool Trusted, long UncertaintyMs)
{
    /// <summary>
    /// How far the moment itself may lie from <see cref="MonotonicMs"/>, ms, where it was told by another clock (an entry that waited on the MCU). Of a trusted reading it
    /// is part of <see cref="UncertaintyMs"/>; of one that is not trusted it is kept, and added when the punch gets its time.
    /// </summary>
    public long MomentMs { get; init; }

    /// <summary>A reading whose time is known to <paramref name="uncertaintyMs"/>.</summary>
    public static ClockReading Known(long atMs, long monotonicMs, string bootId, long uncertaintyMs = 0) =>
        new(atMs, atMs, monotonicMs, bootId, true, uncertaintyMs);

    /// <summary>A reading of a wall clock that nobody vouches for.</summary>
    public static ClockReading Unknown(long wallMs, long monotonicMs, string bootId) =>
        new(wallMs, wallMs, monotonicMs, bootId, false, -1);
}
