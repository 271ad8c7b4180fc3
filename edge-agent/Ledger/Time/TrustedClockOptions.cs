namespace Devices.Edge.Ledger.Time;

/// <summary>Settings of <see cref="TrustedClock"/>.</summary>
public sealed record TrustedClockOptions
{
    /// <summary>Assumed worst drift of the board's crystal, parts per million. 100 ppm is 8.6 s a day, twice what common crystals promise.</summary>
    public int DriftPpm { get; init; } = 100;

    /// <summary>Above this uncertainty the time is no longer trusted: a minute is what attendance rounds to.</summary>
    public long MaxUncertaintyMs { get; init; } = 60_000;

    /// <summary>A wall clock that moves by more than this against the monotonic clock has jumped. NTP slews far slower (500 ppm).</summary>
    public long JumpMs { get; init; } = 1_000;

    /// <summary>After a jump NTP is believed again only when it still says synchronised this much later.</summary>
    public long SettleMs { get; init; } = 5_000;

    /// <summary>An offered time may lie this far before the floor, since the floor itself had an uncertainty.</summary>
    public long FloorToleranceMs { get; init; } = 60_000;

    /// <summary>Uncertainty of a freshly read RTC (it counts whole seconds).</summary>
    public long RtcUncertaintyMs { get; init; } = 2_000;

    /// <summary>The floor is kept durably at most this often while time passes without punches.</summary>
    public long PersistFloorEveryMs { get; init; } = 3_600_000;

    /// <summary>No true time lies before this moment; by default the build time of this program, ms since the Unix epoch.</summary>
    public long BuildTimeMs { get; init; } = Build.TimeMs;

    /// <summary>Throws <see cref="ArgumentException"/> with a sentence where a setting makes no sense.</summary>
    public void Validate()
    {
        if (DriftPpm is < 1 or > 10_000) throw new ArgumentException($"DriftPpm {DriftPpm} is not between 1 and 10000.");
        if (MaxUncertaintyMs < 1) throw new ArgumentException($"MaxUncertaintyMs {MaxUncertaintyMs} must be positive.");
        if (JumpMs < 10) throw new ArgumentException($"JumpMs {JumpMs} is below 10: ordinary scheduling would look like jumps.");
        if (SettleMs < 0 || FloorToleranceMs < 0 || RtcUncertaintyMs < 0 || PersistFloorEveryMs < 0) throw new ArgumentException("SettleMs, FloorToleranceMs, RtcUncertaintyMs and PersistFloorEveryMs must not be negative.");
    }
}
