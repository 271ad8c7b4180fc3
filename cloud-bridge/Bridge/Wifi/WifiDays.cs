using Devices.Bridge.Store;
using Devices.Contract.Messages;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Wifi;

/// <summary>One day of a person's phones.</summary>
/// <param name="IsThere">Whether nothing was heard of its going.</param>
/// <param name="IsUnsure">The router's clock had stopped in between: not later than <paramref name="Last"/>, and nothing more is known.</param>
public sealed record PhoneSpan(LocalDate Day, long First, long Last, bool IsThere, bool IsUnsure);

/// <summary>The days of evidence: they begin at <see cref="WifiOptions.DayBegins"/> by the site's wall clock.</summary>
public sealed class WifiDays(DateTimeZone zone, WifiOptions options)
{
    /// <summary>The day of a moment.</summary>
    public LocalDate DateOf(long at) => Instant.FromUnixTimeMilliseconds(at).InZone(zone).LocalDateTime.PlusMinutes(-options.DayBeginsMinutes).Date;

    /// <summary>The same as <c>2026-11-26</c>.</summary>
    public string TextOf(long at) => LocalDatePattern.Iso.Format(DateOf(at));

    /// <summary>Reports by day, oldest first.</summary>
    public IReadOnlyList<PhoneSpan> Group(IEnumerable<PhoneSeen> reports) =>
    [
        .. reports.GroupBy(r => DateOf(r.At)).OrderBy(g => g.Key).Select(day =>
        {
            List<PhoneSeen> sure = [.. day.Where(r => r.UncertaintyMs >= 0).OrderBy(r => r.At)];
            return sure.Count == 0
                ? new PhoneSpan(day.Key, day.Min(r => r.At), day.Max(r => r.At), false, true)
                : new PhoneSpan(day.Key, sure[0].At, sure[^1].At, sure[^1].Kind != AssociationKinds.Disassociated, false);
        }),
    ];

    /// <summary>The first moment of a day, ms since the Unix epoch.</summary>
    public long StartOf(LocalDate day) => (day.AtMidnight().PlusMinutes(options.DayBeginsMinutes)).InZoneLeniently(zone).ToInstant().ToUnixTimeMilliseconds();
}
