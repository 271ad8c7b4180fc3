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

    /// <summary>How far the MCU's wall clock may be off: it follows ours, but goes by its own crystal for up to a day without us.</summary>
    private const long McuClockMs = 2_000 + (24L * 3600 * 1000 * DriftPpm / 1_000_000);

    private const long OldestMs = 400L * 24 * 3600 * 1000;

    /// <summary>Runs of the MCU that are remembered; an entry waits over very few.</summary>
    private const int Runs = 16;
    private readonly List<(string Boot, long UptimeMs, long OwnMs, long OffMs)> _runs = [];

    /// <summary>
    /// The MCU said how long it runs: from this moment its uptime can be told at any other, also after its next restart. A word that was long on
    /// its way (packets lost on the link, a relay) is as uncertain as it may be old. Of several words of one run the surest counts, so that a late or
    /// repeated one spoils nothing.
    /// </summary>
    /// <param name="ownMonotonicMs">Our monotonic clock when it came.</param>
    /// <param name="onItsWayMs">How long it can have been on its way at most.</param>
    public void Anchor(string boot, long uptimeMs, long ownMonotonicMs, long onItsWayMs = 0)
    {
        int known = _runs.FindIndex(r => r.Boot == boot);
        if (known >= 0 && _runs[known].OffMs + ((ownMonotonicMs - _runs[known].OwnMs) * DriftPpm / 1_000_000) < onItsWayMs) return;
        if (known >= 0) _runs.RemoveAt(known);
        if (_runs.Count == Runs) _runs.RemoveAt(0);
        _runs.Add((boot, uptimeMs, ownMonotonicMs, Math.Max(0, onItsWayMs)));
    }

    /// <summary>The reading of the clocks as it was when the card was read.</summary>
    /// <param name="now">Our clocks now.</param>
    public ClockReading Of(CardMessage card, ClockReading now) => Of(card.Boot, card.UptimeMs, card.Now, now);

    /// <inheritdoc cref="Of(CardMessage, ClockReading)"/>
    public ClockReading Of(string boot, long uptimeMs, long mcuNowMs, ClockReading now)
    {
        // A run of the MCU that was met by this run of ours: both clocks are monotonic, so the reading's moment is exact but for drift. That run
        // may have ended since (a power blip while an entry waited for its confirm).
        if (_runs.FindIndex(r => r.Boot == boot) is >= 0 and int at)
        {
            (_, long metAtMs, long ownMs, long off) = _runs[at];
            long age = Math.Max(0, metAtMs + (now.MonotonicMs - ownMs) - uptimeMs);
            // The two crystals ran apart between the word and the reading, whichever came first; what passed since is our own clock's.
            return Back(now, age, 50 + off + (Math.Abs(uptimeMs - metAtMs) * DriftPpm / 1_000_000));
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
        MomentMs = uncertainty,
    };
}
