using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Time;

/// <summary>
/// Turns moments into the site's days and back. Days are the zone's own: 23, 24 or 25 hours across a change of the clocks,
/// and the page never adds 24 hours to anything.
/// </summary>
public sealed class SiteClock(DateTimeZone zone, TimeProvider clock)
{
    private static readonly LocalDatePattern Day = LocalDatePattern.Iso;
    private static readonly LocalDateTimePattern Minute = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");
    private static readonly OffsetDateTimePattern Full = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:sso<+HH:mm>");

    // One day inside the calendar's ends (years 1 and 9999), so that no zone's offset leads out of it.
    private const long Earliest = -62_135_510_400_000;
    private const long Latest = 253_402_214_399_999;

    /// <summary>IANA name, as <c>Asia/Shanghai</c>.</summary>
    public string ZoneId => zone.Id;

    /// <summary>The site's zone.</summary>
    public DateTimeZone Zone => zone;

    /// <summary>The site's date now.</summary>
    public LocalDate Today => Now.InZone(zone).Date;

    /// <summary>Now, ms since the Unix epoch.</summary>
    public long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>This moment.</summary>
    public Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    /// <summary>The clock of an IANA zone.</summary>
    /// <exception cref="BridgeStartException">There is no such zone.</exception>
    public static SiteClock For(string zoneId, TimeProvider clock) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneId) is { } zone
        ? new(zone, clock)
        : throw new BridgeStartException($"Bridge:Site:TimeZone '{zoneId}' is not an IANA time zone: use a name such as Asia/Shanghai or Europe/Berlin.");

    /// <summary>First moment of a day and of the next one, ms since the Unix epoch.</summary>
    public (long Start, long Until) Range(LocalDate day) =>
        (StartOf(day), StartOf(day.PlusDays(1)));

    /// <summary>A day with its <see cref="Range"/>.</summary>
    public (LocalDate Day, long Start, long Until) DayRange(LocalDate day) => (day, StartOf(day), StartOf(day.PlusDays(1)));

    /// <summary>The site's date of a moment.</summary>
    public LocalDate DateOf(long ms) => Local(ms).Date;

    /// <summary>What the clock on the wall shows.</summary>
    public LocalDateTime Wall(long ms) => Local(ms).LocalDateTime;

    /// <summary>The same with the offset in force at that moment.</summary>
    public OffsetDateTime Moment(long ms) => Local(ms).ToOffsetDateTime();

    /// <summary><c>2026-03-01</c>.</summary>
    public string DateText(long ms) => Day.Format(DateOf(ms));

    /// <summary><c>08:31:02</c>.</summary>
    public string TimeText(long ms) => Local(ms).ToString("HH':'mm':'ss", CultureInfo.InvariantCulture);

    /// <summary><c>08:31</c>.</summary>
    public string MinuteText(long ms) => Local(ms).ToString("HH':'mm", CultureInfo.InvariantCulture);

    /// <summary><c>1 Mar 2026 08:31:02</c>, in the reader's form.</summary>
    public string Text(long ms) => $"{LocalForms.Day(DateOf(ms))} {TimeText(ms)}";

    /// <summary>The time alone when it is today, else date (the year where it is another) and time to the minute, in the reader's form.</summary>
    public string ShortText(long ms)
    {
        LocalDate day = DateOf(ms), today = Today;
        if (day == today) return MinuteText(ms);
        return $"{(day.Year == today.Year ? LocalForms.DayOfYear(day) : LocalForms.Day(day))} {MinuteText(ms)}";
    }

    /// <summary><c>2026-03-01T08:31:02+08:00</c>: local time with the offset in force at that moment.</summary>
    public string IsoText(long ms) => Full.Format(Local(ms).ToOffsetDateTime());

    /// <summary>A day, or a day and time to the minute, as date inputs send it.</summary>
    public static bool TryRead(string text, out LocalDateTime time, out bool wholeDay)
    {
        ParseResult<LocalDate> day = Day.Parse(text);
        wholeDay = day.Success;
        if (wholeDay)
        {
            time = day.Value.AtMidnight();
            return InRange(time);
        }

        ParseResult<LocalDateTime> minute = Minute.Parse(text);
        time = minute.Success ? minute.Value : default;
        return minute.Success && InRange(time);
    }

    /// <summary>Start of the named day or minute.</summary>
    public long Start(LocalDateTime time, bool wholeDay) => wholeDay
        ? Range(time.Date).Start
        : zone.AtLeniently(time).ToInstant().ToUnixTimeMilliseconds();

    /// <summary>End (exclusive) of the named day or minute.</summary>
    public long End(LocalDateTime time, bool wholeDay) => wholeDay
        ? Range(time.Date).Until
        : zone.AtLeniently(time.PlusMinutes(1)).ToInstant().ToUnixTimeMilliseconds();

    // Leniently, not AtStartOfDay: a country has left out a whole day before (Samoa, 2011-12-30); such a day is empty, not an error.
    private long StartOf(LocalDate day) => (zone.MapLocal(day.AtMidnight()).Count == 0 ? SkippedStart(day) : zone.AtStartOfDay(day).ToInstant()).ToUnixTimeMilliseconds();

    private Instant SkippedStart(LocalDate day) => zone.MapLocal(day.AtMidnight()).EarlyInterval.End;

    private static bool InRange(LocalDateTime time) => time.Year is >= 1970 and < 9999;

    // A terminal's nonsense must not take the pages from HR: what the calendar cannot hold is shown as its last or first day.
    private ZonedDateTime Local(long ms) => Instant.FromUnixTimeMilliseconds(Math.Clamp(ms, Earliest, Latest)).InZone(zone);
}
