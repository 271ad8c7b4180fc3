using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>Who works which shift on which day. What nobody assigned is a day of rest.</summary>
public sealed class ShiftPlan
{
    private readonly IReadOnlyList<Assignment> _assignments;
    private readonly IReadOnlyDictionary<LocalDate, IsoDayOfWeek?> _calendar;

    /// <param name="calendar">Days that are worked as another weekday, or not at all (null).</param>
    public ShiftPlan(IReadOnlyList<Assignment> assignments, IReadOnlyDictionary<LocalDate, IsoDayOfWeek?> calendar, LocalDate? validFrom)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        (_assignments, _calendar, ValidFrom) = (assignments, calendar, validFrom);
        Shifts = [.. assignments.SelectMany(a => a.Shifts).Distinct()];
        ByDepartment = assignments.Any(a => a.Departments.Count > 0);
        SameForAll = !ByDepartment && assignments.All(a => a.People.Count == 0);
    }

    /// <summary>The date from which the file itself wants to be in force; null: from the day on which it was loaded.</summary>
    public LocalDate? ValidFrom { get; }

    /// <summary>Every shift that somebody may work.</summary>
    public IReadOnlyList<Shift> Shifts { get; }

    /// <summary>Whether anybody's shift depends on the department.</summary>
    public bool ByDepartment { get; }

    /// <summary>Whether nobody's shift depends on who it is.</summary>
    public bool SameForAll { get; }

    /// <summary>What it was read from, in short: the same text, the same plan.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>No shift for anybody.</summary>
    public static ShiftPlan None { get; } = new([], new Dictionary<LocalDate, IsoDayOfWeek?>(), null);

    /// <summary>Whether it says anything about a day.</summary>
    public bool Covers(LocalDate day) => _assignments.Any(a => a.Covers(day));

    /// <summary>Whether anybody works on a day.</summary>
    public bool Works(LocalDate day) => _assignments.Any(a => a.Covers(day) && On(day, a) is not null);

    /// <summary>
    /// The shift of a person on a day; null on a day of rest. An assignment that names the person counts before one that names a
    /// department, and that before one for everybody; among equals the one that began last, then the one written last.
    /// </summary>
    /// <param name="person">Null for whoever is not named anywhere.</param>
    /// <param name="departments">The person's departments with all above them.</param>
    public Shift? On(LocalDate day, string? person, IReadOnlySet<long> departments)
    {
        ArgumentNullException.ThrowIfNull(departments);
        Assignment? chosen = null;
        foreach (Assignment one in _assignments)
        {
            if (one.Covers(day) && one.Names(person, departments) && (chosen is null || one.Rank >= chosen.Rank)) chosen = one;
        }

        return chosen is null ? null : On(day, chosen);
    }

    private Shift? On(LocalDate day, Assignment assignment) =>
        !assignment.Holidays || !_calendar.TryGetValue(day, out IsoDayOfWeek? other) ? assignment.On(day, day.DayOfWeek)
            : other is { } weekday ? assignment.On(day, weekday) : null;
}

/// <summary>One line of the plan: for whom, from when to when, and which shift on which day.</summary>
public sealed record Assignment
{
    /// <summary>First day; null without a beginning.</summary>
    public required LocalDate? From { get; init; }

    /// <summary>Last day; null without an end.</summary>
    public required LocalDate? To { get; init; }

    public required IReadOnlySet<long> Departments { get; init; }

    public required IReadOnlySet<string> People { get; init; }

    /// <summary>Seven for the week from Monday, or any number for a rotation that begins at <see cref="From"/>; null is a day of rest.</summary>
    public required IReadOnlyList<Shift?> Pattern { get; init; }

    public required bool Rotates { get; init; }

    /// <summary>Whether the calendar's holidays and swapped days count.</summary>
    public required bool Holidays { get; init; }

    public IEnumerable<Shift> Shifts => Pattern.OfType<Shift>();

    /// <summary>What decides between assignments for one person: who is named more closely, then who begins later.</summary>
    public (int Closeness, LocalDate From) Order => (People.Count > 0 ? 2 : Departments.Count > 0 ? 1 : 0, From ?? LocalDate.MinIsoValue);

    /// <summary>Place of <see cref="Order"/> among all assignments, set when they are put together.</summary>
    public int Rank { get; init; }

    public bool Covers(LocalDate day) => !(day < From) && !(day > To);

    public bool Names(string? person, IReadOnlySet<long> departments) =>
        People.Count > 0 ? person is not null && People.Contains(person) : Departments.Count == 0 || Departments.Overlaps(departments);

    public Shift? On(LocalDate day, IsoDayOfWeek weekday) => Rotates
        ? Pattern[(int)((Period.DaysBetween(From!.Value, day) % Pattern.Count) + Pattern.Count) % Pattern.Count]
        : Pattern[(int)weekday - 1];
}
