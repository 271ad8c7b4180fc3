using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Ledger.Store;

/// <summary>Whether two punches of a person lie so near that they are one (design section 4: repeats are one punch).</summary>
public static class RepeatWindow
{
    /// <summary>
    /// Whether <paramref name="now"/> lies within <paramref name="window"/> of a punch, before or after it: an entry that waited on the
    /// MCU is older than what was recorded meanwhile, and hours before it is as little a repeat as hours after it. Within one boot the
    /// monotonic clock decides, so that a step of the wall clock neither hides a repeat nor swallows a punch. Over a reboot only known
    /// times are compared; where either is unknown it is no repeat: two punches are better than a lost one.
    /// </summary>
    public static bool Holds(StoredPunch? known, ClockReading now, TimeSpan window) => Distance(known, now) is { } apart && apart < window.TotalMilliseconds;

    /// <summary>How far apart they lie, ms, never negative; null where that is not known.</summary>
    public static long? Distance(StoredPunch? known, ClockReading now)
    {
        if (known is null) return null;
        if (known.BootId == now.BootId) return Math.Abs(now.MonotonicMs - known.MonotonicMs);
        return known.Sealed is { UncertaintyMs: >= 0 } punch && now.Trusted ? Math.Abs(now.AtMs - punch.At) : null;
    }
}
