using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Attendance days from punches: first-in and last-out, lateness and missing points at the site's zone. A pure function: the same
/// punches in any order, once or twice, give the same days, so a late arrival simply gives a new answer.
/// </summary>
public static class AttendanceCalculator
{
    /// <param name="now">Points whose window is not over yet are open, not missing.</param>
    public static IReadOnlyList<AttendanceDay> Days(AttendanceWindows windows, IEnumerable<TimedPunch> punches, Instant now)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(punches);
        var byDay = punches.DistinctBy(p => p.Key).ToLookup(p => windows.DayOf(p.At));
        var planned = windows.Windows.ToDictionary(w => w.Shift.Day);
        return
        [
            .. byDay.Select(d => d.Key).Union(planned.Keys).Order().Select(day => planned.TryGetValue(day, out var plan)
                ? Judge(plan.Shift, plan.Window, Known(byDay[day]), Held(byDay[day]), now)
                : Rest(day, Known(byDay[day]), Held(byDay[day]))),
        ];
    }

    /// <summary>One day alone: as <see cref="Days"/> would give it.</summary>
    /// <param name="punches">Those of the day, each once.</param>
    public static AttendanceDay Day(AttendanceWindows windows, LocalDate day, IReadOnlyCollection<TimedPunch> punches, Instant now)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(punches);
        foreach (var (shift, window) in windows.Windows)
            if (shift.Day == day) return Judge(shift, window, Known(punches), Held(punches), now);
        return Rest(day, Known(punches), Held(punches));
    }

    /// <summary>The moments at which a day's verdicts may turn without another punch: what is open is missing from then on.</summary>
    public static IReadOnlyList<Instant> Turns(AttendanceWindows windows, LocalDate day)
    {
        ArgumentNullException.ThrowIfNull(windows);
        foreach (var (shift, window) in windows.Windows)
            if (shift.Day == day) return [.. Enumerable.Range(0, shift.Points.Count).Select(i => Until(shift, window, i))];
        return [];
    }

    private static Instant Until(PlannedShift shift, Interval window, int point) =>
        point + 1 == shift.Points.Count ? window.End : AttendanceWindows.Middle(shift.Points[point].At, shift.Points[point + 1].At);

    private static TimedPunch[] Known(IEnumerable<TimedPunch> punches)
    {
        TimedPunch[] known = [.. punches.Where(p => p.Uncertainty is not null)];
        // The key only where it decides: as text it costs more than all the rest.
        if (known.Length > 1) Array.Sort(known, (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Key.ToString(), b.Key.ToString()));
        return known;
    }

    private static TimedPunch[] Held(IEnumerable<TimedPunch> punches) => [.. punches.Where(p => p.Uncertainty is null).OrderBy(p => p.At)];

    // A direction that the terminal did not know (none) is either: it must never drop the punch (horilla/horilla-hr#1115).
    private static TimedPunch? First(IEnumerable<TimedPunch> punches) => punches.FirstOrDefault(p => p.Direction != PunchDirection.Out);

    private static TimedPunch? Last(IEnumerable<TimedPunch> punches) => punches.LastOrDefault(p => p.Direction != PunchDirection.In);

    private static AttendanceDay Rest(LocalDate day, TimedPunch[] punches, TimedPunch[] held)
    {
        var (first, last) = Ends(punches);
        return new(day, null, punches, first, last, [], first is null || last is null ? Duration.Zero : last.At - first.At, held);
    }

    private static (TimedPunch? First, TimedPunch? Last) Ends(TimedPunch[] punches)
    {
        TimedPunch? first = First(punches);
        TimedPunch? last = Last(punches.Where(p => first is null || p.At > first.At));
        return (first, last);
    }

    private static AttendanceDay Judge(PlannedShift shift, Interval window, TimedPunch[] punches, TimedPunch[] held, Instant now)
    {
        if (shift.Shift.Required is not null) return FreeHours.Judge(shift, window, punches, held, Ends(punches), now);
        var results = new PointResult[shift.Points.Count];
        Duration shifted = Duration.Zero;
        for (int i = 0; i < results.Length; i++)
        {
            Instant from = i == 0 ? window.Start : AttendanceWindows.Middle(shift.Points[i - 1].At, shift.Points[i].At);
            Instant until = Until(shift, window, i);
            ShiftPoint point = shift.Points[i];
            var inside = punches.Where(p => p.At >= from && p.At < until);
            TimedPunch? punch = point.IsStart ? First(inside) : Last(inside);
            results[i] = punch is null
                ? new(point, now < until ? PointVerdict.Open : PointVerdict.Missing, null, 0, false)
                : point.IsStart ? Start(shift.Shift, point, punch, i == 0) : End(shift.Shift, point, punch, i + 1 == results.Length ? shifted : Duration.Zero);
            if (i == 0 && punch is not null) shifted = Flexed(shift.Shift, punch.At - point.At);
        }

        var (first, last) = Ends(punches);
        return new(shift.Day, shift, punches, first, last, results, Worked(results, shifted), held);
    }

    // Flexible hours move the end by what the person came late, no further than the limit.
    private static Duration Flexed(Shift shift, Duration late) => Duration.Max(Duration.Zero, Duration.Min(late, Duration.FromMinutes(shift.Flexible)));

    private static PointResult Start(Shift shift, ShiftPoint point, TimedPunch punch, bool first)
    {
        Duration late = punch.At - point.At - (first ? Duration.FromMinutes(shift.Flexible) : Duration.Zero);
        (PointVerdict Verdict, Duration) At(Duration d) =>
            Minutes(d) <= shift.PermitLate ? (PointVerdict.OnTime, d) : shift.SeriousLate is { } serious && Minutes(d) >= serious ? (PointVerdict.SeriouslyLate, d) : (PointVerdict.Late, d);
        PointVerdict verdict = At(late).Verdict;
        bool uncertain = At(late - punch.Uncertainty!.Value).Verdict != verdict || At(late + punch.Uncertainty!.Value).Verdict != verdict;
        return new(point, verdict, punch, verdict == PointVerdict.OnTime ? 0 : Minutes(late), uncertain);
    }

    private static PointResult End(Shift shift, ShiftPoint point, TimedPunch punch, Duration shifted)
    {
        Duration early = point.At + shifted - punch.At;
        PointVerdict At(Duration d) => d <= Duration.FromMinutes(shift.PermitEarly) ? PointVerdict.OnTime : PointVerdict.Early;
        PointVerdict verdict = At(early);
        bool uncertain = At(early - punch.Uncertainty!.Value) != verdict || At(early + punch.Uncertainty!.Value) != verdict;
        return new(point, verdict, punch, verdict == PointVerdict.OnTime ? 0 : Math.Max(1, Minutes(early)), uncertain);
    }

    // 09:00:59 is 09:00 to a person who reads the clock on the terminal: whole minutes, as DingTalk shows them.
    private static int Minutes(Duration d) => (int)Math.Floor(d.TotalMinutes);

    private static Duration Worked(PointResult[] results, Duration shifted)
    {
        Duration sum = Duration.Zero;
        for (int i = 0; i < results.Length; i += 2)
        {
            if (results[i].Punch is not { } start || results[i + 1].Punch is not { } end) continue;
            Instant from = Instant.Max(start.At, results[i].Point.At), due = results[i + 1].Point.At + (i + 2 == results.Length ? shifted : Duration.Zero);
            Instant until = Instant.Min(end.At, due);
            if (until > from) sum += until - from;
        }

        return sum;
    }
}
