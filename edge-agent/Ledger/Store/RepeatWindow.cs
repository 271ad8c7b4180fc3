using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Ledger.Store;

/// <summary>Whether a person is still inside the window after their last punch (design section 4: repeats are one punch).</summary>
public static class RepeatWindow
{
    /// <summary>
    /// Within one boot the monotonic clock decides, so that a step of the wall clock neither hides a repeat nor swallows a punch. Over a
    /// reboot only known times are compared; where either is unknown it is no repeat: two punches are better than a lost one.
    /// </summary>
    public static bool Holds(StoredPunch? last, ClockReading now, TimeSpan window)
    {
        if (last is null) return false;
        if (last.BootId == now.BootId) return now.MonotonicMs - last.MonotonicMs < window.TotalMilliseconds;
        if (last.Sealed is not { UncertaintyMs: >= 0 } known || !now.Trusted) return false;
        long distance = now.AtMs - known.At;
        return distance >= 0 && distance < window.TotalMilliseconds;
    }
}
