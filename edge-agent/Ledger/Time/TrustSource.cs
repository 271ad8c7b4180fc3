namespace Devices.Edge.Ledger.Time;

/// <summary>Who vouches for the time.</summary>
public enum TrustSource
{
    /// <summary>Nobody since boot, or trust was lost.</summary>
    None = 0,

    /// <summary>The board's real-time clock, within its drift since the last known time.</summary>
    Rtc = 1,

    /// <summary>The bridge's <c>now</c> in <c>state</c>, authenticated by TLS.</summary>
    Bridge = 2,

    /// <summary>The kernel's clock, disciplined by an NTP daemon.</summary>
    Ntp = 3,
}
