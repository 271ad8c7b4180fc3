using System.Globalization;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Why a plan cannot be meant: a sentence for log and command, and its code (<c>planfault.*</c> of the pages' texts) with the same values,
/// so that a page says it in its reader's language.
/// </summary>
public sealed record PlanFault(string Code, FormattableString Sentence)
{
    /// <summary>Every code there is.</summary>
    public static IReadOnlyList<string> Codes { get; } =
    [
        "empty", "no_shifts", "no_assignments", "date_valid", "json", "rest_name", "times", "no_shift", "unknown_shift", "date_from", "date_to",
        "ends_before", "week_or_rotation", "rotation_from", "rotation_length", "person_id", "both", "days", "day_twice", "overlap", "date_day",
        "date_until", "calendar_ends", "calendar_long", "calendar_kind", "calendar_day", "calendar_twice", "name", "sections", "begins",
        "section_ends", "sections_overlap", "too_long", "minutes_late", "minutes_early", "minutes_serious", "minutes_flexible", "minutes_before",
        "minutes_after", "free_one", "free_late", "free_required", "free_break", "free_only", "serious",
    ];

    public string Text => Sentence.ToString(CultureInfo.InvariantCulture);

    /// <summary>What stands in the sentence's places.</summary>
    public object?[] Values => Sentence.GetArguments();
}

internal sealed class PlanFaultException(PlanFault fault) : FormatException(fault.Text)
{
    public PlanFaultException(string code, FormattableString sentence) : this(new PlanFault(code, sentence))
    {
    }

    public PlanFault Fault { get; } = fault;
}
