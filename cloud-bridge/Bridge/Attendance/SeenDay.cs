namespace Devices.Bridge.Attendance;

/// <summary>What a list says of a day on which somebody was seen.</summary>
[Flags]
public enum SeenMarks
{
    None = 0,

    /// <summary>There was a shift.</summary>
    Planned = 1,
    Late = 2,

    /// <summary>Left before the end of a section.</summary>
    Early = 4,

    /// <summary>A start or an end has no punch.</summary>
    Incomplete = 8,

    /// <summary>A punch whose time is not known waits for a decision.</summary>
    Held = 16,
}

/// <summary>One person's day in short: what lists and counts need of it, without the punches.</summary>
/// <param name="First">Time of the first punch, ms since the Unix epoch.</param>
/// <param name="Last">Time of the last.</param>
public readonly record struct SeenDay(string Person, long First, long Last, int Count, string LastTerminal, SeenMarks Marks)
{
    /// <summary>A row in short.</summary>
    public static SeenDay Of(DayRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(row.Person, row.First, row.Last, row.Count, row.LastTerminal, MarksOf(row.Day));
    }

    internal static SeenMarks MarksOf(AttendanceDay day)
    {
        SeenMarks marks = (day.Planned is null ? SeenMarks.None : SeenMarks.Planned) | (day.Held.Count > 0 ? SeenMarks.Held : SeenMarks.None);
        foreach (PointResult point in day.Points)
            marks |= point.Verdict switch
            {
                PointVerdict.Late or PointVerdict.SeriouslyLate => SeenMarks.Late,
                PointVerdict.Early => SeenMarks.Early,
                PointVerdict.Missing => SeenMarks.Incomplete,
                _ => SeenMarks.None,
            };
        return marks;
    }
}
