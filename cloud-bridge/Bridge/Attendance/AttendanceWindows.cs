using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Which attendance day a punch belongs to. Consecutive shifts of a person part the time at the middle between them (DingTalk's
/// mid-line), narrowed by a shift's own limits; so a check-out after midnight belongs to the day on which the shift began.
/// (horilla/horilla-hr PR#1242: closing by the calendar closed the wrong day.) What lies in no window belongs to its calendar day.
/// </summary>
public sealed class AttendanceWindows
{
    private static readonly Duration Reach = Duration.FromHours(12);

    private readonly DateTimeZone _zone;
    private readonly IReadOnlyList<(PlannedShift Shift, Interval Window)> _windows;

    /// <param name="shifts">One person's, by day; two of a day or overlapping ones are refused.</param>
    /// <param name="takeOver">
    /// Where a shift begins before the one of the day before has ended (who changes from nights to mornings, say), the later takes over at
    /// its start; otherwise that is refused.
    /// </param>
    /// <exception cref="ArgumentException">They are not in order.</exception>
    public AttendanceWindows(DateTimeZone zone, IReadOnlyList<PlannedShift> shifts, bool takeOver = false)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentNullException.ThrowIfNull(shifts);
        for (int i = 1; i < shifts.Count; i++)
        {
            if (shifts[i].Day <= shifts[i - 1].Day) throw new ArgumentException($"There are two shifts on {shifts[i].Day:uuuu'-'MM'-'dd}, or they are not in order.", nameof(shifts));
            if (!takeOver && shifts[i].Start < shifts[i - 1].End) throw new ArgumentException($"The shift of {shifts[i - 1].Day:uuuu'-'MM'-'dd} still runs when that of {shifts[i].Day:uuuu'-'MM'-'dd} begins.", nameof(shifts));
        }

        _zone = zone;
        _windows = [.. shifts.Select((s, i) => (s, Window(s, i > 0 ? shifts[i - 1] : null, i + 1 < shifts.Count ? shifts[i + 1] : null)))];
    }

    /// <summary>The shifts with the time each takes punches from: start inclusive, end exclusive.</summary>
    public IReadOnlyList<(PlannedShift Shift, Interval Window)> Windows => _windows;

    /// <summary>The attendance day of a moment.</summary>
    public LocalDate DayOf(Instant at)
    {
        foreach (var (shift, window) in _windows)
            if (window.Contains(at)) return shift.Day;
        return at.InZone(_zone).Date;
    }

    // DingTalk: the middle to the next shift, or twelve hours where the neighbour is a day of rest.
    private static Interval Window(PlannedShift shift, PlannedShift? before, PlannedShift? after)
    {
        Instant from = shift.Start - Reach, until = shift.End + Reach;
        if (before is not null) from = Instant.Max(from, Border(before, shift));
        if (after is not null) until = Instant.Min(until, Border(shift, after));
        if (shift.Shift.OpensBefore is { } opens) from = Instant.Max(from, shift.Start - Duration.FromMinutes(opens));
        if (shift.Shift.ClosesAfter is { } closes) until = Instant.Min(until, shift.End + Duration.FromMinutes(closes));
        // A shift of which nothing is left before the next took over takes no punch.
        return new(from, Instant.Max(from, until));
    }

    private static Instant Border(PlannedShift one, PlannedShift next) => next.Start < one.End ? next.Start : Middle(one.End, next.Start);

    internal static Instant Middle(Instant one, Instant other) => one + (other - one) / 2;
}
