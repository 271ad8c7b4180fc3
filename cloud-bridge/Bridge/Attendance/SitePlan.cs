using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Attendance;

/// <summary>The one shift of a site and the days on which it is worked; or none, and a day is the calendar's.</summary>
public sealed class SitePlan
{
    private static readonly LocalTimePattern Time = LocalTimePattern.Create("HH:mm", CultureInfo.InvariantCulture);

    private readonly DateTimeZone _zone;
    private readonly HashSet<IsoDayOfWeek> _workDays;

    private SitePlan(DateTimeZone zone, Shift? shift, HashSet<IsoDayOfWeek> workDays) => (_zone, Shift, _workDays) = (zone, shift, workDays);

    public Shift? Shift { get; }

    /// <summary>Reads <c>Bridge:Site:*</c>.</summary>
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static SitePlan Of(SiteOptions site)
    {
        ArgumentNullException.ThrowIfNull(site);
        DateTimeZone zone = DateTimeZoneProviders.Tzdb[site.TimeZone];
        if (string.IsNullOrWhiteSpace(site.Shift)) return new(zone, null, []);
        if (Days(site.WorkDays) is not { Count: > 0 } days) throw new BridgeStartException($"Bridge:Site:WorkDays is '{site.WorkDays}': give days from 1 (Monday) to 7, such as 1-5 or 1,3,5.");
        if (Sections(site.Shift) is not { Count: > 0 } sections)
            throw new BridgeStartException($"Bridge:Site:Shift is '{site.Shift}': give times such as 09:00-18:00, 08:00-12:00,13:30-17:30, or 22:00-06:00 over midnight.");
        Shift shift = new() { Name = site.Shift, Sections = sections, PermitLate = site.PermitLate, PermitEarly = site.PermitEarly, Flexible = site.Flexible };
        return shift.Fault() is { } fault ? throw new BridgeStartException($"Bridge:Site:Shift is '{site.Shift}'. {fault}") : new(zone, shift, days);
    }

    /// <summary>Whether a day is a working day; without a shift, Monday to Friday.</summary>
    public bool Works(LocalDate day) => Shift is null ? day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) : _workDays.Contains(day.DayOfWeek);

    /// <summary>Which punches belong to which day, around one day.</summary>
    public AttendanceWindows Around(LocalDate day) =>
        new(_zone, Shift is null ? [] : [.. Enumerable.Range(-1, 3).Select(day.PlusDays).Where(d => _workDays.Contains(d.DayOfWeek)).Select(d => new PlannedShift(d, Shift, _zone))]);

    /// <summary>From when to when punches may belong to a day: the calendar's day, widened by its shift's window; ms since the Unix epoch.</summary>
    public static (long Start, long Until) Reach(LocalDate day, (long Start, long Until) calendar, AttendanceWindows windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        foreach (var (_, window) in windows.Windows.Where(w => w.Shift.Day == day))
            calendar = (Math.Min(calendar.Start, window.Start.ToUnixTimeMilliseconds()), Math.Max(calendar.Until, window.End.ToUnixTimeMilliseconds()));
        return calendar;
    }

    // Each time lies after the one before it; one that does not is of the next day.
    private static List<ShiftSection>? Sections(string text)
    {
        List<ShiftSection> sections = [];
        int last = -1;
        int? Next(string time)
        {
            if (!Time.Parse(time.Trim()).TryGetValue(default, out LocalTime read)) return null;
            int minute = (read.Hour * 60) + read.Minute;
            while (minute <= last) minute += 1440;
            return last = minute;
        }

        foreach (string part in text.Split(','))
        {
            if (part.Split('-') is not [var from, var to] || Next(from) is not { } start || Next(to) is not { } end) return null;
            sections.Add(new(start, end));
        }

        return sections;
    }

    private static HashSet<IsoDayOfWeek>? Days(string text)
    {
        HashSet<IsoDayOfWeek> days = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || ends.Any(e => e.Length != 1 || e[0] is < '1' or > '7')) return null;
            for (int day = ends[0][0] - '0'; day <= ends[^1][0] - '0'; day++) days.Add((IsoDayOfWeek)day);
        }

        return days;
    }
}
