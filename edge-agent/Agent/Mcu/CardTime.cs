using Devices.Edge.Ledger.Time;
using Devices.Link;

namespace Devices.Edge.Agent.Mcu;

/// <summary>
/// When a card was read, told from the MCU's clocks (design section 5: nothing is invented). An entry can be hours old: it waits on
/// the MCU while the agent is away.
/// </summary>
public sealed class CardTime
{
    /// <summary>Assumed drift between the two boards' crystals, parts per million.</summary>
    private const long DriftPpm = 200;

    /// <summary>How far the MCU's wall clock, which follows ours, may be off.</summary>
    private const long McuClockMs = 2_000;

    private const long OldestMs = 400L * 24 * 3600 * 1000;
    private string _boot = "";
    private long _uptimeMs;
    private long _ownMs;

    /// <summary>The MCU said how long it runs: from this moment its uptime can be told at any other.</summary>
    public void Anchor(string boot, long uptimeMs, long ownMonotonicMs)
    {
        _boot = boot;
        _uptimeMs = uptimeMs;
        _ownMs = ownMonotonicMs;
    }

    /// <summary>The reading of the clocks as it was when the card was read.</summary>
    /// <param name="now">Our clocks now.</param>
    public ClockReading Of(CardMessage card, ClockReading now) => Of(card.Boot, card.UptimeMs, card.Now, now);

    /// <inheritdoc cref="Of(CardMessage, ClockReading)"/>
    public ClockReading Of(string boot, long uptimeMs, long mcuNowMs, ClockReading now)
    {
        // Same run of the MCU: both clocks are monotonic, so the entry's age is exact but for drift.
        if (boot == _boot)
        {
            long age = Math.Max(0, _uptimeMs + (now.MonotonicMs - _ownMs) - uptimeMs);
            return Back(now, age, 50 + (age * DriftPpm / 1_000_000));
        }

        // An earlier run, but its wall clock (which came from us) was trusted then.
        if (mcuNowMs > 0 && now.Trusted && now.AtMs - mcuNowMs is >= -McuClockMs and < OldestMs)
            return Back(now, Math.Max(0, now.AtMs - mcuNowMs), McuClockMs);

        // An earlier run without a clock: the time is not known. The MCU's boot as boot id keeps the ledger from "correcting" it.
        return ClockReading.Unknown(mcuNowMs > 0 ? mcuNowMs : now.WallMs, uptimeMs, "mcu-" + boot);
    }

    private static ClockReading Back(ClockReading now, long age, long uncertainty) => now with
    {
        WallMs = now.WallMs - age,
        AtMs = now.AtMs - age,
        MonotonicMs = now.MonotonicMs - age,
        UncertaintyMs = now.Trusted ? now.UncertaintyMs + uncertainty : now.UncertaintyMs,
    };
}
