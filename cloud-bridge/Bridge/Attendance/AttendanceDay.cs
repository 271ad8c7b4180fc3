using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>One person's attendance day, derived from punches that stay as they are.</summary>
/// <param name="Planned">Null on a day without a shift; then there is nothing to be late for.</param>
/// <param name="FirstIn">Earliest punch that is not an explicit "out".</param>
/// <param name="LastOut">Latest punch after it that is not an explicit "in".</param>
/// <param name="Points">One for each point of the shift.</param>
/// <param name="Worked">Time present inside the sections, as it really passed; zero where a start or an end is missing. With free hours less the break.</param>
/// <param name="Held">Punches whose time is not known: counted nowhere until HR has decided.</param>
public sealed record AttendanceDay(
    LocalDate Day, PlannedShift? Planned, IReadOnlyList<TimedPunch> Punches, TimedPunch? FirstIn, TimedPunch? LastOut,
    IReadOnlyList<PointResult> Points, Duration Worked, IReadOnlyList<TimedPunch> Held);

/// <summary>What became of one point of the shift.</summary>
/// <param name="Minutes">Whole minutes late, early or short; else 0.</param>
/// <param name="Uncertain">The punch's time is not known well enough for this verdict: the other one lies within its uncertainty.</param>
public sealed record PointResult(ShiftPoint Point, PointVerdict Verdict, TimedPunch? Punch, int Minutes, bool Uncertain);

/// <summary>How a point was kept.</summary>
public enum PointVerdict
{
    OnTime,
    Late,
    SeriouslyLate,
    Early,

    /// <summary>Free hours: both ends are there, but less was worked than is required.</summary>
    TooLittle,

    /// <summary>Its window is over and there is no punch in it.</summary>
    Missing,

    /// <summary>No punch yet, and there is still time.</summary>
    Open,
}
