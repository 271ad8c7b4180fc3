using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// A day with a total instead of times: what lies between first-in and last-out, inside the shift's section, less the break. Nobody is late;
/// whoever worked less than required is short by so many minutes once the day is over.
/// </summary>
internal static class FreeHours
{
    public static AttendanceDay Judge(PlannedShift shift, Interval window, TimedPunch[] punches, TimedPunch[] held, (TimedPunch? First, TimedPunch? Last) ends, Instant now)
    {
        bool over = now >= window.End;
        (TimedPunch? first, TimedPunch? last) = ends;
        (Duration worked, Duration doubt) = Worked(shift, punches, first, last);
        PointResult start = new(shift.Points[0], first is not null ? PointVerdict.OnTime : over ? PointVerdict.Missing : PointVerdict.Open, first, 0, false);
        return new(shift.Day, shift, punches, first, last, [start, End(shift, last, worked, doubt, over)], worked, held);
    }

    private static PointResult End(PlannedShift shift, TimedPunch? last, Duration worked, Duration doubt, bool over)
    {
        if (last is null) return new(shift.Points[1], over ? PointVerdict.Missing : PointVerdict.Open, null, 0, false);
        Duration missing = Duration.FromMinutes(shift.Shift.Required!.Value) - worked;
        bool done = missing <= Duration.Zero, uncertain = missing - doubt <= Duration.Zero != done || missing + doubt <= Duration.Zero != done;
        if (done) return new(shift.Points[1], PointVerdict.OnTime, last, 0, uncertain);
        // Who went out may come back, as long as the day is not over.
        return over ? new(shift.Points[1], PointVerdict.TooLittle, last, (int)Math.Ceiling(missing.TotalMinutes), uncertain) : new(shift.Points[1], PointVerdict.Open, last, 0, false);
    }

    private static (Duration Worked, Duration Doubt) Worked(PlannedShift shift, TimedPunch[] punches, TimedPunch? first, TimedPunch? last)
    {
        if (first is null || last is null) return (Duration.Zero, Duration.Zero);
        Duration presence = Inside(shift, first.At, last.At);
        Duration away = shift.Shift.Pairs ? presence - Paired(shift, punches) : Duration.Zero;
        Duration due = Duration.Max(Duration.Zero, Duration.Min(Duration.FromMinutes(shift.Shift.Break), presence - Duration.FromMinutes(shift.Shift.BreakAfter)));
        return (presence - Duration.Max(away, due), first.Uncertainty!.Value + last.Uncertainty!.Value);
    }

    // A direction that the terminal knows decides; without one it is the other of what was before. An "in" while in, or an "out" while
    // out, changes nothing: the earlier in and the earlier out hold, so that no time is counted that nobody punched for.
    private static Duration Paired(PlannedShift shift, TimedPunch[] punches)
    {
        Duration sum = Duration.Zero;
        Instant? since = null;
        foreach (TimedPunch punch in punches)
        {
            bool comes = punch.Direction == PunchDirection.None ? since is null : punch.Direction == PunchDirection.In;
            if (comes)
            {
                since ??= punch.At;
            }
            else if (since is { } from)
            {
                sum += Inside(shift, from, punch.At);
                since = null;
            }
        }

        return sum;
    }

    private static Duration Inside(PlannedShift shift, Instant from, Instant until) =>
        Duration.Max(Duration.Zero, Instant.Min(until, shift.End) - Instant.Max(from, shift.Start));
}
