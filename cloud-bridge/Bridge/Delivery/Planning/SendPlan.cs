using Devices.Bridge.Attendance;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Delivery.Planning;

/// <summary>An attendance day as the plan sees it. Times are ms since the Unix epoch.</summary>
/// <param name="Start">First moment at which a punch may belong to it.</param>
/// <param name="Until">End of that, exclusive.</param>
/// <param name="ShiftStart">Null on a day without a shift.</param>
public sealed record PlannedDay(LocalDate Day, AttendanceWindows Windows, long Start, long Until, long? ShiftStart, long? ShiftEnd);

/// <summary>
/// Which punch is worth a metered call now. The first-in is known when it comes; the last-out only when nothing later came until some
/// time after the shift's end (or the end of the day, where there is no shift). A pure function of what is stored, so a punch that a
/// terminal brings late simply gives a new answer; what was sent before stays sent.
/// </summary>
public sealed class SendPlan(SitePlan plan, DateTimeZone zone, PlatformOptions options)
{
    // The platform writes "not signed" at the middle between two shifts: the last-out is told before that.
    private const long BeforeTheMiddle = 15 * 60_000;
    private const long Minute = 60_000;

    /// <summary>The attendance day of a moment, by the person's own shifts.</summary>
    /// <param name="person">Null for whoever is not named in the plan.</param>
    public PlannedDay DayOf(long at, string? person = null)
    {
        Instant moment = Instant.FromUnixTimeMilliseconds(at);
        LocalDate day = plan.Around(moment.InZone(zone).Date, person).DayOf(moment);
        AttendanceWindows windows = plan.Around(day, person);
        (long, long) calendar = (Midnight(day), Midnight(day.PlusDays(1)));
        var (start, until) = SitePlan.Reach(day, calendar, windows);
        PlannedShift? shift = windows.Windows.Where(w => w.Shift.Day == day).Select(w => w.Shift).FirstOrDefault();
        return new(day, windows, start, until, shift?.Start.ToUnixTimeMilliseconds(), shift?.End.ToUnixTimeMilliseconds());
    }

    /// <summary>Judges one punch among its person's others of the day.</summary>
    /// <param name="punches">The day's punches with trusted times, this one among them; those of other days are passed over.</param>
    /// <param name="now">ms since the Unix epoch.</param>
    /// <param name="roomForAll">Whether the month has calls for more than first-in and last-out.</param>
    public SendVerdict Judge(DayPunch punch, PlannedDay day, IEnumerable<DayPunch> punches, long now, bool roomForAll)
    {
        ArgumentNullException.ThrowIfNull(punch);
        ArgumentNullException.ThrowIfNull(day);
        if (options.Sends == SendPolicy.ShiftWindows && !InShift(punch.At, day)) return new(SendChoice.Skip, DayPart.Between, "reason.policy_outside_shift");
        List<DayPunch> own = [.. punches.Where(p => day.Windows.DayOf(Instant.FromUnixTimeMilliseconds(p.At)) == day.Day).OrderBy(p => p.At).ThenBy(p => p.PunchId)];
        DayPart part = PartOf(punch, own);
        if (part == DayPart.First) return new(SendChoice.Send, part);
        bool sendsAll = options.Sends != SendPolicy.FirstLast && roomForAll;
        if (part == DayPart.Last)
        {
            long due = LastKnownAt(punch.At, day);
            return now >= due || sendsAll ? new(SendChoice.Send, now >= due ? part : DayPart.Between) : new(SendChoice.Defer, part, "reason.waits_day_end", due);
        }

        if (sendsAll) return new(SendChoice.Send, part);
        return options.Sends == SendPolicy.FirstLast
            ? new(SendChoice.Skip, part, "reason.policy_first_last")
            : new(SendChoice.Defer, part, "reason.waits_budget");
    }

    // As attendance judges: a direction that the terminal did not know is either.
    private static DayPart PartOf(DayPunch punch, List<DayPunch> own)
    {
        DayPunch? first = own.Find(p => p.Direction != PunchDirection.Out);
        if (first?.PunchId == punch.PunchId) return DayPart.First;
        DayPunch? last = own.FindLast(p => p.Direction != PunchDirection.In);
        // Before the first-in nothing is a last-out, unless there is no first-in at all.
        return last?.PunchId == punch.PunchId && (first is null || (last.At, last.PunchId).CompareTo((first.At, first.PunchId)) > 0) ? DayPart.Last : DayPart.Between;
    }

    private long LastKnownAt(long at, PlannedDay day)
    {
        if (day.ShiftEnd is not { } end) return day.Until;
        long known = Math.Max(end, at) + (long)(options.LastOutMinutes * Minute);
        return Math.Max(at, Math.Min(known, day.Until - BeforeTheMiddle));
    }

    private bool InShift(long at, PlannedDay day)
    {
        if (day.ShiftStart is not { } start || day.ShiftEnd is not { } end) return false;
        long reach = (long)(options.WindowMinutes * Minute);
        return at >= Math.Max(day.Start, start - reach) && at <= Math.Min(day.Until, end + reach);
    }

    private long Midnight(LocalDate day) => zone.AtStartOfDay(day).ToInstant().ToUnixTimeMilliseconds();
}
