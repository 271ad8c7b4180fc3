namespace Devices.Bridge.Attendance;

/// <summary>
/// When somebody is to work on one attendance day. The words follow DingTalk's shift (topapi/attendance/shift/query: sections with
/// <c>check_time</c>, <c>across</c>, <c>begin_min</c>, <c>end_min</c>, <c>permit_minutes</c>).
/// </summary>
public sealed record Shift
{
    public required string Name { get; init; }

    /// <summary>One to four, in order, not overlapping, 24 hours from first start to last end at most.</summary>
    public required IReadOnlyList<ShiftSection> Sections { get; init; }

    /// <summary>Minutes after a start that are still on time.</summary>
    public int PermitLate { get; init; }

    /// <summary>Minutes before an end that are not early.</summary>
    public int PermitEarly { get; init; }

    /// <summary>From so many minutes after a start it is seriously late; null where the site makes no difference.</summary>
    public int? SeriousLate { get; init; }

    /// <summary>
    /// Flexible hours: who comes up to so many minutes after the first start is on time and stays as much longer at the last end.
    /// </summary>
    public int Flexible { get; init; }

    /// <summary>Punches from so many minutes before the first start belong to this day; null: from the middle between the days' shifts.</summary>
    public int? OpensBefore { get; init; }

    /// <summary>Punches until so many minutes after the last end belong to this day; null: until the middle between the days' shifts.</summary>
    public int? ClosesAfter { get; init; }

    /// <summary>What is wrong with the shift, in one sentence; null where nothing is.</summary>
    public string? Fault()
    {
        if (string.IsNullOrWhiteSpace(Name)) return "A shift needs a name.";
        if (Sections.Count is < 1 or > 4) return $"Shift '{Name}' has {Sections.Count} sections; give it one to four.";
        if (Sections[0].Start is < 0 or > 1439) return $"Shift '{Name}' must begin between 00:00 and 23:59 of its day.";
        for (int i = 0; i < Sections.Count; i++)
        {
            if (Sections[i].End <= Sections[i].Start) return $"Section {i + 1} of shift '{Name}' ends before it begins; over midnight, count its end on from 24:00 (06:00 is 30:00).";
            if (i > 0 && Sections[i].Start < Sections[i - 1].End) return $"Sections {i} and {i + 1} of shift '{Name}' overlap.";
        }

        if (Sections[^1].End - Sections[0].Start > 1440) return $"Shift '{Name}' lasts more than 24 hours.";
        foreach (var (value, what) in ((int, string)[])[(PermitLate, "late minutes"), (PermitEarly, "early minutes"), (SeriousLate ?? 0, "seriously late minutes"), (Flexible, "flexible minutes"), (OpensBefore ?? 0, "minutes before"), (ClosesAfter ?? 0, "minutes after")])
            if (value is < 0 or > 1440) return $"The {what} of shift '{Name}' must lie between 0 and 1440.";
        return SeriousLate <= PermitLate ? $"Shift '{Name}' calls somebody seriously late who is still on time." : null;
    }
}
