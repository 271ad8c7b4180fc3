using System.Globalization;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>Why a punch's time is not sent on without HR's word.</summary>
/// <param name="Code">Key of the sentence that HR reads.</param>
public sealed record ClockDoubt(string Code, string Text);

/// <summary>
/// Judges a punch's time by what the bridge knows itself: when it arrives and what came before it in its ledger. A suspect punch is stored
/// as it is and shown; it is neither dropped nor changed nor sent (frappe/biometric-attendance-sync-tool#80: a power cut sets the clock back
/// and people punch under a false date; fananimi/pyzk#56: years 2000 and 2063).
/// </summary>
public static class ClockJudge
{
    public const string Held = "clock-held";
    public const string Ahead = "clock-ahead";
    public const string Back = "clock-back";
    public const string Old = "clock-old";

    /// <summary>Every code above.</summary>
    public static IReadOnlyList<string> Codes { get; } = [Held, Ahead, Back, Old];

    /// <param name="now">When it arrives, ms since the Unix epoch.</param>
    /// <param name="lastGoodAt">The latest time among the ledger's earlier punches that were not doubted; null before the first.</param>
    /// <returns>Null where the time is as good as any.</returns>
    public static ClockDoubt? Of(Punch punch, long now, long? lastGoodAt, ClockRules rules)
    {
        ArgumentNullException.ThrowIfNull(punch);
        ArgumentNullException.ThrowIfNull(rules);
        if (punch.Clock == ClockQuality.Held)
            return new(Held, "The terminal's clock was not trusted when this was recorded; check the time before it is sent.");
        if (punch.At - now > rules.ClockAheadMinutes * 60_000L)
            return new(Ahead, $"It arrived {Span(punch.At - now)} before its own time: the terminal's clock was ahead, or the bridge's is behind.");
        int back = punch.Method is PunchMethod.Card or PunchMethod.Pin ? rules.ClockBackEntryMinutes : rules.ClockBackMinutes;
        if (lastGoodAt is { } good && good - punch.At > back * 60_000L)
            return new(Back, $"It lies {Span(good - punch.At)} before an earlier punch of the same terminal: its clock was set back.");
        if (rules.ClockOldDays > 0 && now - punch.At > rules.ClockOldDays * 86_400_000L)
            return new(Old, $"It was {Span(now - punch.At)} old when it arrived: the terminal was offline for so long, or its clock was wrong.");
        return null;
    }

    private static string Span(long ms)
    {
        double minutes = ms / 60_000.0;
        return minutes < 120 ? string.Create(CultureInfo.InvariantCulture, $"{minutes:0} minutes")
            : minutes < 2_880 ? string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:0.#} hours")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes / 1_440:0} days");
    }
}
