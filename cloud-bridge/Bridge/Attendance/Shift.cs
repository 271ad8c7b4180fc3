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

    /// <summary>
    /// Free hours: minutes to work in the day, at whatever times between the one section's start and end (DingTalk's <c>free_check</c>). Nobody is
    /// late or early then; null where the section's times are kept.
    /// </summary>
    public int? Required { get; init; }

    /// <summary>With <see cref="Required"/>: minutes of break taken off what lies between first-in and last-out; time away by punches counts towards them.</summary>
    public int Break { get; init; }

    /// <summary>With <see cref="Break"/>: only of the presence beyond so many minutes, so that a short day has none.</summary>
    public int BreakAfter { get; init; }

    /// <summary>With <see cref="Required"/>: punches go in and out in turn, and only the time inside counts; false: from the first in to the last out.</summary>
    public bool Pairs { get; init; }

    /// <summary>Punches from so many minutes before the first start belong to this day; null: from the middle between the days' shifts.</summary>
    public int? OpensBefore { get; init; }

    /// <summary>Punches until so many minutes after the last end belong to this day; null: until the middle between the days' shifts.</summary>
    public int? ClosesAfter { get; init; }

    /// <summary>What is wrong with the shift; null where nothing is.</summary>
    public PlanFault? Fault()
    {
        if (string.IsNullOrWhiteSpace(Name)) return new("name", $"A shift needs a name.");
        if (Sections.Count is < 1 or > 4) return new("sections", $"Shift '{Name}' has {Sections.Count} sections; give it one to four.");
        if (Sections[0].Start is < 0 or > 1439) return new("begins", $"Shift '{Name}' must begin between 00:00 and 23:59 of its day.");
        for (int i = 0; i < Sections.Count; i++)
        {
            if (Sections[i].End <= Sections[i].Start) return new("section_ends", $"Section {i + 1} of shift '{Name}' ends before it begins; over midnight, count its end on from 24:00 (06:00 is 30:00).");
            if (i > 0 && Sections[i].Start < Sections[i - 1].End) return new("sections_overlap", $"Sections {i} and {i + 1} of shift '{Name}' overlap.");
        }

        if (Sections[^1].End - Sections[0].Start > 1440) return new("too_long", $"Shift '{Name}' lasts more than 24 hours.");
        (int, string, FormattableString)[] minutes =
        [
            (PermitLate, "minutes_late", $"The late minutes of shift '{Name}' must lie between 0 and 1440."),
            (PermitEarly, "minutes_early", $"The early minutes of shift '{Name}' must lie between 0 and 1440."),
            (SeriousLate ?? 0, "minutes_serious", $"The seriously late minutes of shift '{Name}' must lie between 0 and 1440."),
            (Flexible, "minutes_flexible", $"The flexible minutes of shift '{Name}' must lie between 0 and 1440."),
            (OpensBefore ?? 0, "minutes_before", $"The minutes before of shift '{Name}' must lie between 0 and 1440."),
            (ClosesAfter ?? 0, "minutes_after", $"The minutes after of shift '{Name}' must lie between 0 and 1440."),
        ];
        foreach ((int value, string code, FormattableString wrong) in minutes)
            if (value is < 0 or > 1440) return new(code, wrong);
        if (Required is { } required)
        {
            if (Sections.Count != 1) return new("free_one", $"Shift '{Name}' has free hours: give one section, the time between which they may lie.");
            if (PermitLate != 0 || PermitEarly != 0 || SeriousLate is not null || Flexible != 0) return new("free_late", $"Shift '{Name}' has free hours, in which nobody is late or early: leave permitLate, permitEarly, seriousLate and flexible out.");
            if (required < 1 || required > Sections[0].End - Sections[0].Start) return new("free_required", $"Shift '{Name}' requires {required} minutes; its section has {Sections[0].End - Sections[0].Start}.");
            if (Break is < 0 or > 720 || BreakAfter is < 0 or > 1440) return new("free_break", $"The break of shift '{Name}' must lie between 0 and 720 minutes, and breakAfter between 0 and 1440.");
        }
        else if (Break != 0 || BreakAfter != 0 || Pairs)
        {
            return new("free_only", $"Shift '{Name}' has break, breakAfter or pairs without required: they belong to free hours.");
        }

        return SeriousLate <= PermitLate ? new("serious", $"Shift '{Name}' calls somebody seriously late who is still on time.") : null;
    }
}
