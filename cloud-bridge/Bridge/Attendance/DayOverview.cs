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
/// <param name="Seen">Null for whoever was not seen.</param>
/// <param name="Due">When the shift begins, for whoever was not seen; null on a day of rest.</param>
/// <param name="Site">Of the terminal seen last; null where not seen.</param>
/// <param name="Row">The day in full, where somebody looks at it.</param>
public sealed record PersonDay(string Person, string? Name, IReadOnlyList<long> Departments, Standing Standing, SeenDay? Seen, Instant? Due, string? Site, DayRow? Row = null)
{
    /// <summary>Seen on a day with a shift.</summary>
    public bool Planned => Has(SeenMarks.Planned);

    /// <summary>Left before the end of a section.</summary>
    public bool Early => Has(SeenMarks.Early);

    /// <summary>Seen, but a start or an end has no punch.</summary>
    public bool Incomplete => Has(SeenMarks.Incomplete);

    /// <summary>A punch whose time is not known waits for a decision.</summary>
    public bool Held => Has(SeenMarks.Held);

    /// <summary>Whether somebody should look at it.</summary>
    public bool Remarkable => Standing is Standing.Late or Standing.Missing || Early || Incomplete || Held;

    private bool Has(SeenMarks mark) => Seen is { } seen && (seen.Marks & mark) != 0;
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
        ArgumentNullException.ThrowIfNull(people);
        Sum sum = new();
        foreach (PersonDay one in people) sum.Add(one);
        return sum.Tally;
    }

    /// <summary>By department, 0 for who is in none; somebody in two counts in both.</summary>
    public static IReadOnlyDictionary<long, DayTally> ByDepartment(IEnumerable<PersonDay> people)
    {
        ArgumentNullException.ThrowIfNull(people);
        Dictionary<long, Sum> sums = [];
        foreach (PersonDay one in people)
        {
            if (one.Departments.Count == 0) Sum.In(sums, 0).Add(one);
            foreach (long department in one.Departments) Sum.In(sums, department).Add(one);
        }

        return sums.ToDictionary(s => s.Key, s => s.Value.Tally);
    }

    /// <summary>By the site where somebody was seen last.</summary>
    public static IReadOnlyDictionary<string, DayTally> BySite(IEnumerable<PersonDay> people)
    {
        ArgumentNullException.ThrowIfNull(people);
        Dictionary<string, Sum> sums = new(StringComparer.Ordinal);
        foreach (PersonDay one in people)
            if (one.Site is { } site) Sum.In(sums, site).Add(one);
        return sums.ToDictionary(s => s.Key, s => s.Value.Tally, StringComparer.Ordinal);
    }

    private sealed class Sum
    {
        private int _expected, _seen, _late, _missing, _notDue;

        public DayTally Tally => new(_expected, _seen, _late, _missing, _notDue);

        public static Sum In<TKey>(Dictionary<TKey, Sum> sums, TKey key) where TKey : notnull
        {
            ref Sum? sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
            return sum ??= new();
        }

        public void Add(PersonDay one)
        {
            if (one.Seen is not null) _seen++;
            if (one.Standing == Standing.Late) _late++;
            if (one.Standing == Standing.Missing) _missing++;
            if (one.Standing == Standing.NotDue) _notDue++;
            if (one.Standing == Standing.Missing || one.Planned) _expected++;
        }
    }
}

/// <summary>Everybody on a day: who is here, late, missing or not due yet.</summary>
public static class DayOverview
{
    /// <param name="seen">Who was seen.</param>
    /// <param name="people">Who belongs to the organisation now.</param>
    /// <param name="order">Everybody's name, and how names are put in order.</param>
    /// <param name="sites">The site of each terminal.</param>
    /// <returns>What somebody should look at first: missing, late, other remarks, then the rest, each by name.</returns>
    public static IReadOnlyList<PersonDay> Of(
        LocalDate day, IReadOnlyList<SeenDay> seen, IReadOnlyList<Person> people, PeopleOrder order, SitePlan plan, Func<string, string> sites, DateTimeZone zone, Instant now)
    {
        ArgumentNullException.ThrowIfNull(order);
        List<(int Rank, PeopleOrder.Place Place, PersonDay One)> all = [.. Each(day, seen, people, order, plan, sites, zone, now).Select(one => (Rank(one), order.PlaceOf(one.Person), one))];
        all.Sort((a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : order.Compare(a.Place, b.Place));
        return [.. all.Select(a => a.One)];
    }

    /// <summary>The same people in no order, for counts.</summary>
    public static IEnumerable<PersonDay> Each(
        LocalDate day, IReadOnlyList<SeenDay> seen, IReadOnlyList<Person> people, PeopleOrder order, SitePlan plan, Func<string, string> sites, DateTimeZone zone, Instant now)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sites);
        Dictionary<string, SeenDay> here = new(seen.Count, StringComparer.Ordinal);
        foreach (SeenDay one in seen) here[one.Person] = one;
        (Standing, Instant?)? everybody = plan.SameOn(day) ? Unseen(day, plan.On(day, null), plan.HasShifts, zone, now) : null;
        foreach (Person person in people)
        {
            if (here.Remove(person.UserId, out SeenDay own))
            {
                yield return Of(own, person.Name, person.Departments, sites);
                continue;
            }

            var (standing, due) = everybody ?? Unseen(day, plan.On(day, person.UserId), plan.HasShifts, zone, now);
            yield return new(person.UserId, person.Name, person.Departments, standing, null, due, null);
        }

        // Who left since, or is not known here.
        foreach (SeenDay own in here.Values) yield return Of(own, order.NameOf(own.Person), [], sites);
    }

    private static PersonDay Of(SeenDay own, string? name, IReadOnlyList<long> departments, Func<string, string> sites) =>
        new(own.Person, name, departments, (own.Marks & SeenMarks.Late) != 0 ? Standing.Late : Standing.Here, own, null, sites(own.LastTerminal));

    internal static (Standing Standing, Instant? Due) Unseen(LocalDate day, Shift? shift, bool hasShifts, DateTimeZone zone, Instant now)
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
