using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Notices;

/// <summary>How one group stands on a day.</summary>
/// <param name="Department">Null for everybody.</param>
/// <param name="Missing">Names of those without any punch, in order.</param>
public sealed record GroupCount(long? Department, string? Name, int Expected, int Present, int Late, IReadOnlyList<string> Missing);

/// <summary>A day's count: everybody, and each department with its sub-departments.</summary>
/// <param name="Sites">Where people were first seen, by the terminal's site (the terminal itself where it has none).</param>
/// <param name="Offline">Terminals that are away now: their punches may be on their way, and people who seem missing may stand before one.</param>
/// <param name="Start">When work began by the plan; null on a day without a shift.</param>
public sealed record DayCounts(LocalDate Day, Instant? Start, GroupCount All, IReadOnlyList<GroupCount> Departments, IReadOnlyList<(string Site, int People)> Sites, IReadOnlyList<string> Offline);

/// <summary>
/// Counts a day: expected (active people of the roster), present (any punch, also one whose time is not certain), late, missing. It knows
/// nothing of leave and travel: "missing" says that there is no punch, not that somebody should have come.
/// </summary>
public sealed class DaySheet(IPeopleStore people, ITerminalStore terminals, DayBoard board, SitePlan plan, BridgeOptions bridge)
{
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <summary>When work of a day begins by the plan; null where it is no day of work, or there is no plan.</summary>
    public Instant? StartOf(LocalDate day) => plan.Around(day).Windows.Where(w => w.Shift.Day == day).Select(w => (Instant?)w.Shift.Start).FirstOrDefault();

    /// <summary>When everybody should be there; null where <see cref="StartOf"/> is, and with free hours, in which nobody is late.</summary>
    public Instant? DueOf(LocalDate day) => plan.Around(day).Windows.Where(w => w.Shift.Day == day && w.Shift.Shift.Required is null).Select(w => (Instant?)w.Shift.Start).FirstOrDefault();

    public async Task<DayCounts> OfAsync(LocalDate day, CancellationToken cancellationToken)
    {
        long Start(LocalDate date) => date.AtStartOfDayInZone(_zone).ToInstant().ToUnixTimeMilliseconds();
        Dictionary<string, DayRow> rows = (await board.OfAsync(SiteScope.All, day, (Start(day), Start(day.PlusDays(1))), cancellationToken)).ToDictionary(r => r.Person, StringComparer.Ordinal);
        IReadOnlyList<Person> expected = await people.PeopleAsync(SiteScope.All, includeLeft: false, cancellationToken);
        IReadOnlyList<Department> departments = await people.DepartmentsAsync(SiteScope.All, cancellationToken);
        IReadOnlyList<TerminalRow> fleet = [.. (await terminals.ListTerminalsAsync(SiteScope.All, cancellationToken)).Where(t => t.RevokedAt is null)];
        Dictionary<string, string> sites = fleet.ToDictionary(t => t.Name, t => string.IsNullOrWhiteSpace(t.Site) ? t.Name : t.Site, StringComparer.Ordinal);

        return new(
            day, StartOf(day), Count(null, null, expected, rows),
            [.. departments.Select(d => (Department: d, Below: Below(departments, d.Id))).Select(d => Count(d.Department.Id, d.Department.Name, [.. expected.Where(p => p.Departments.Any(d.Below.Contains))], rows)).Where(g => g.Expected > 0)],
            [.. rows.Values.GroupBy(r => sites.GetValueOrDefault(r.LastTerminal, r.LastTerminal)).Select(g => (g.Key, g.Count())).OrderBy(s => s.Key, StringComparer.Ordinal)],
            [.. fleet.Where(t => !t.Online && t.LastSeenAt is not null).Select(t => t.Name)]);
    }

    private static GroupCount Count(long? id, string? name, IReadOnlyList<Person> expected, Dictionary<string, DayRow> rows)
    {
        List<Person> present = [.. expected.Where(p => rows.ContainsKey(p.UserId))];
        int late = present.Count(p => rows[p.UserId].Day.Points is [{ Verdict: PointVerdict.Late or PointVerdict.SeriouslyLate }, ..]);
        return new(id, name, expected.Count, present.Count, late, [.. expected.Where(p => !rows.ContainsKey(p.UserId)).Select(p => p.Name)]);
    }

    // The department and all below it; a loop in the data ends the walk.
    private static HashSet<long> Below(IReadOnlyList<Department> departments, long top)
    {
        HashSet<long> found = [top];
        for (int before = 0; before != found.Count;)
        {
            before = found.Count;
            foreach (Department one in departments)
                if (one.ParentId is { } parent && found.Contains(parent)) found.Add(one.Id);
        }

        return found;
    }
}
