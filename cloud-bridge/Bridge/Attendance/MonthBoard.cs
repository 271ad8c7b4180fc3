using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>One day of somebody's month.</summary>
/// <param name="Attendance">Null on a day of rest without a punch.</param>
/// <param name="Punches">Those that belong to the day, oldest first; struck ones among them.</param>
public sealed record MonthDay(LocalDate Day, AttendanceDay? Attendance, IReadOnlyList<JudgedPunch> Punches)
{
    public bool Late => Points.Any(p => p.Verdict is PointVerdict.Late or PointVerdict.SeriouslyLate);
    public bool Early => Points.Any(p => p.Verdict == PointVerdict.Early);

    /// <summary>A shift whose points are over, and not one punch.</summary>
    public bool Absent => Attendance is { Planned: not null, Punches.Count: 0, Held.Count: 0 } && Points.Any() && Points.All(p => p.Verdict == PointVerdict.Missing);

    /// <summary>A start or an end without a punch, on a day with others.</summary>
    public bool Incomplete => !Absent && Points.Any(p => p.Verdict == PointVerdict.Missing);
    public bool Held => Attendance?.Held.Count > 0;
    public bool Corrected => Punches.Any(p => p.Standing.Corrected);

    /// <summary>Whether somebody should look at it.</summary>
    public bool Remarkable => Late || Early || Absent || Incomplete || Held;

    private IEnumerable<PointResult> Points => Attendance?.Points ?? [];
}

/// <summary>What a month comes to.</summary>
/// <param name="Planned">Days with a shift that has begun.</param>
/// <param name="Present">Days with a punch that counts.</param>
/// <param name="MissingPoints">Starts and ends without a punch, on days with others.</param>
/// <param name="Corrections">Punches that corrections made or struck.</param>
public sealed record MonthTotals(
    int Planned, int Present, int Absent, int LateTimes, int LateMinutes, int EarlyTimes, int EarlyMinutes, int MissingPoints, int Held, int Corrections, Duration Worked);

/// <summary>Somebody's month.</summary>
public sealed record PersonMonth(YearMonth Month, IReadOnlyList<MonthDay> Days, MonthTotals Totals);

/// <summary>Months of people: what counts, corrections included, against the shifts that were in force on each day.</summary>
public sealed class MonthBoard(IEffectivePunches punches, SitePlan plan, TimeProvider clock)
{
    // As for a day: a window may reach into the days beside it, and shifts a few days off decide how far.
    private const int Neighbours = 4;

    public async Task<PersonMonth> OfAsync(SiteScope scope, string person, YearMonth month, DateTimeZone zone, CancellationToken cancellationToken = default) =>
        (await OfAsync(scope, [person], month, zone, cancellationToken))[person];

    /// <summary>Several people's at once, by userid: what the grid, the page and the export show is made here.</summary>
    public async Task<IReadOnlyDictionary<string, PersonMonth>> OfAsync(SiteScope scope, IReadOnlyCollection<string> people, YearMonth month, DateTimeZone zone, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(zone);
        LocalDate first = month.OnDayOfMonth(1), next = first.PlusMonths(1);
        ILookup<string, JudgedPunch> all = (await punches.JudgedAsync(scope, people, At(first.PlusDays(-2), zone), At(next.PlusDays(2), zone), cancellationToken)).ToLookup(p => p.Punch.Person, StringComparer.Ordinal);
        return people.Distinct(StringComparer.Ordinal).ToDictionary(person => person, person => Of(person, [.. all[person]], month, zone), StringComparer.Ordinal);
    }

    private PersonMonth Of(string person, List<JudgedPunch> all, YearMonth month, DateTimeZone zone)
    {
        LocalDate first = month.OnDayOfMonth(1), next = first.PlusMonths(1);
        List<PlannedShift> shifts = [];
        for (LocalDate day = first.PlusDays(-Neighbours); day < next.PlusDays(Neighbours); day = day.PlusDays(1))
        {
            if (plan.On(day, person) is { } shift) shifts.Add(new(day, shift, zone));
        }

        AttendanceWindows windows = new(zone, shifts, takeOver: true);
        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        ILookup<LocalDate, JudgedPunch> byDay = all.ToLookup(p => windows.DayOf(Instant.FromUnixTimeMilliseconds(p.Punch.At)));
        Dictionary<LocalDate, AttendanceDay> judged = AttendanceCalculator.Days(windows, all.Where(p => p.Standing.Counts).Select(p => TimedPunch.Of(p.Punch)), now).ToDictionary(d => d.Day);
        List<MonthDay> days = [];
        for (LocalDate day = first; day < next; day = day.PlusDays(1)) days.Add(new(day, judged.GetValueOrDefault(day), [.. byDay[day]]));
        return new(month, days, Totals(days, now));
    }

    private static MonthTotals Totals(List<MonthDay> days, Instant now)
    {
        List<PointResult> points = [.. days.Where(d => d.Attendance is not null).SelectMany(d => d.Attendance!.Points)];
        return new(
            days.Count(d => d.Attendance?.Planned?.Start <= now),
            days.Count(d => d.Attendance?.Punches.Count > 0),
            days.Count(d => d.Absent),
            points.Count(p => p.Verdict is PointVerdict.Late or PointVerdict.SeriouslyLate),
            points.Where(p => p.Verdict is PointVerdict.Late or PointVerdict.SeriouslyLate).Sum(p => p.Minutes),
            points.Count(p => p.Verdict == PointVerdict.Early),
            points.Where(p => p.Verdict == PointVerdict.Early).Sum(p => p.Minutes),
            days.Where(d => d.Incomplete).Sum(d => d.Attendance!.Points.Count(p => p.Verdict == PointVerdict.Missing)),
            days.Sum(d => d.Attendance?.Held.Count ?? 0),
            days.Sum(d => d.Punches.Count(p => p.Standing.Corrected)),
            days.Aggregate(Duration.Zero, (sum, d) => sum + Worked(d)));
    }

    // Without a shift there are no sections to count in: from the first to the last punch, as a day of rest is counted.
    private static Duration Worked(MonthDay day) => day.Attendance?.Worked ?? Duration.Zero;

    private static long At(LocalDate day, DateTimeZone zone) => day.AtMidnight().InZoneLeniently(zone).ToInstant().ToUnixTimeMilliseconds();
}
