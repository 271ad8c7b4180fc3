using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>How somebody stands on a day.</summary>
public enum Standing
{
    /// <summary>Seen, and not late.</summary>
    Here,

    /// <summary>Seen, after a start of the shift.</summary>
    Late,

    /// <summary>The shift has begun and there is no punch; where the site has no shifts, simply not seen.</summary>
    Missing,

    /// <summary>The shift has not begun yet.</summary>
    NotDue,

    /// <summary>A day of rest, and not seen.</summary>
    Off,
}

/// <summary>One person on a day.</summary>
/// <param name="Row">Null for whoever was not seen.</param>
/// <param name="Due">When the shift begins; null on a day of rest.</param>
/// <param name="Site">Of the terminal seen last; null where not seen.</param>
public sealed record PersonDay(string Person, string? Name, IReadOnlyList<long> Departments, Standing Standing, DayRow? Row, Instant? Due, string? Site)
{
    /// <summary>Left before the end of a section.</summary>
    public bool Early => Row?.Day.Points.Any(p => p.Verdict == PointVerdict.Early) == true;

    /// <summary>Seen, but a start or an end has no punch.</summary>
    public bool Incomplete => Row?.Day.Points.Any(p => p.Verdict == PointVerdict.Missing) == true;

    /// <summary>A punch whose time is not known waits for a decision.</summary>
    public bool Held => Row?.Day.Held.Count > 0;

    /// <summary>Whether somebody should look at it.</summary>
    public bool Remarkable => Standing is Standing.Late or Standing.Missing || Early || Incomplete || Held;
}

/// <summary>Heads.</summary>
/// <param name="Expected">Whose shift has begun or who was seen on it.</param>
/// <param name="Seen">Late ones included, and whoever came on a day of rest.</param>
public sealed record DayTally(int Expected, int Seen, int Late, int Missing, int NotDue)
{
    public static DayTally operator +(DayTally one, DayTally other) =>
        Add(one, other);

    public static DayTally Add(DayTally one, DayTally other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new(one.Expected + other.Expected, one.Seen + other.Seen, one.Late + other.Late, one.Missing + other.Missing, one.NotDue + other.NotDue);
    }

    public static DayTally Of(IEnumerable<PersonDay> people)
    {
        int expected = 0, seen = 0, late = 0, missing = 0, notDue = 0;
        foreach (PersonDay one in people)
        {
            if (one.Row is not null) seen++;
            if (one.Standing == Standing.Late) late++;
            if (one.Standing == Standing.Missing) missing++;
            if (one.Standing == Standing.NotDue) notDue++;
            if (one.Standing == Standing.Missing || (one.Row is not null && one.Due is not null)) expected++;
        }

        return new(expected, seen, late, missing, notDue);
    }
}

/// <summary>Everybody on a day: who is here, late, missing or not due yet.</summary>
public static class DayOverview
{
    /// <param name="rows">Who was seen.</param>
    /// <param name="people">Who belongs to the organisation now.</param>
    /// <param name="sites">The site of each terminal.</param>
    /// <returns>What somebody should look at first: missing, late, other remarks, then the rest, each by name.</returns>
    public static IReadOnlyList<PersonDay> Of(
        LocalDate day, IReadOnlyList<DayRow> rows, IReadOnlyList<Person> people, SitePlan plan, Func<string, string> sites, DateTimeZone zone, Instant now, StringComparer names)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sites);
        Dictionary<string, Person> known = people.ToDictionary(p => p.UserId, StringComparer.Ordinal);
        List<PersonDay> all = new(people.Count + rows.Count);
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (DayRow row in rows)
        {
            seen.Add(row.Person);
            bool late = row.Day.Points.Any(p => p.Verdict is PointVerdict.Late or PointVerdict.SeriouslyLate);
            all.Add(new(row.Person, row.Name, known.GetValueOrDefault(row.Person)?.Departments ?? [], late ? Standing.Late : Standing.Here, row, row.Day.Planned?.Start, sites(row.LastTerminal)));
        }

        foreach (Person person in people)
        {
            if (seen.Contains(person.UserId)) continue;
            var (standing, due) = Unseen(day, plan.On(day, person.UserId), plan.HasShifts, zone, now);
            all.Add(new(person.UserId, person.Name, person.Departments, standing, null, due, null));
        }

        return [.. all.OrderBy(Rank).ThenBy(p => p.Name ?? p.Person, names).ThenBy(p => p.Person, StringComparer.Ordinal)];
    }

    private static (Standing, Instant?) Unseen(LocalDate day, Shift? shift, bool hasShifts, DateTimeZone zone, Instant now)
    {
        if (shift is null) return (hasShifts ? Standing.Off : Standing.Missing, null);
        Instant due = new PlannedShift(day, shift, zone).Start;
        // Who may come later is not missing before that is over.
        return (now < due + Duration.FromMinutes(shift.PermitLate + shift.Flexible) ? Standing.NotDue : Standing.Missing, due);
    }

    private static int Rank(PersonDay one) => one switch
    {
        { Standing: Standing.Missing } => 0,
        { Standing: Standing.Late } => 1,
        { Remarkable: true } => 2,
        { Standing: Standing.Here } => 3,
        { Standing: Standing.NotDue } => 4,
        _ => 5,
    };
}
