namespace Devices.Benchmarks.Hr;

/// <summary>What is asked, by kind; each kind with other values each time. The names are those that tools/Seed makes by its defaults.</summary>
internal static class HrPages
{
    private const int People = 20_000, Departments = 200, Terminals = 60;
    private static readonly DateOnly End = new(2026, 11, 25);
    private static readonly string[] Busy = ["2026-09-01", "2026-07-01", "2026-04-01", "2026-10-01", "2026-06-01"];
    private static readonly string[] Sites = ["shanghai", "suzhou", "berlin"];
    private static readonly string[] Parts = ["王伟", "张", "Hopper", "Núñez", "李静", "000017", "u0123"];

    public static IReadOnlyList<(string Kind, Func<Random, string> Address)> All { get; } =
    [
        ("board, last day", _ => $"/?day={End:yyyy-MM-dd}"),
        ("board, busy day", r => $"/?day={Busy[r.Next(Busy.Length)]}"),
        ("punches, first page", _ => "/punches"),
        ("punches, deep page", r => $"/punches?at=o.{Time(r)}.{r.Next(1, 1_000_000)}.{r.Next(1000, 9_000_000)}"),
        ("punches, deep page, newer", r => $"/punches?at=n.{Time(r)}.{r.Next(1, 1_000_000)}.{r.Next(1000, 9_000_000)}"),
        ("punches, by person's id", r => $"/punches?person={Person(r)}"),
        ("punches, by a part of a name", r => $"/punches?person={Uri.EscapeDataString(Parts[r.Next(Parts.Length)])}"),
        ("punches, by nobody's name", r => $"/punches?person=nobody{r.Next(1000)}"),
        ("punches, by department", r => $"/punches?department={r.Next(12, Departments + 1)}"),
        ("punches, by division", r => $"/punches?department={r.Next(2, 12)}"),
        ("punches, whole company", _ => "/punches?department=1"),
        ("punches, by department, deep", r => $"/punches?department={r.Next(12, Departments + 1)}&to={Day(r)}"),
        ("punches, by site", r => $"/punches?site={Site(r)}"),
        ("punches, by site, deep", r => $"/punches?site={Site(r)}&to={Day(r)}"),
        ("punches, by terminal", r => $"/punches?terminal={Terminal(r)}"),
        ("punches, by terminal and PIN", r => $"/punches?terminal={Terminal(r)}&method=pin"),
        ("punches, by terminal and state", r => $"/punches?terminal={Terminal(r)}&state=dead"),
        ("punches, by method PIN", _ => "/punches?method=pin"),
        ("punches, by method face, deep", r => $"/punches?method=face&to={Day(r)}"),
        ("punches, by method operator, deep", r => $"/punches?method=operator&to={Day(r)}"),
        ("punches, dead", _ => "/punches?state=dead"),
        ("punches, held", _ => "/punches?state=held"),
        ("punches, pending", _ => "/punches?state=pending"),
        ("punches, skipped, deep", r => $"/punches?state=skipped&to={Day(r)}"),
        ("punches, delivered", _ => "/punches?state=delivered"),
        ("punches, dead, by department", r => $"/punches?state=dead&department={r.Next(2, Departments + 1)}"),
        ("punches, one day", r => $"/punches?from={Day(r)}&to={Day(r)}"),
        ("punches, busy day, by site", r => $"/punches?from={Busy[0]}&to={Busy[0]}&site={Site(r)}"),
        ("punches, busy day, by department", r => $"/punches?from={Busy[1]}&to={Busy[1]}&department={r.Next(2, Departments + 1)}"),
        ("punches, a month of a person", r => $"/punches?person={Person(r)}&from=2026-{r.Next(1, 10):00}-01&to=2026-{r.Next(1, 10):00}-28"),
        ("exceptions", _ => "/exceptions"),
        ("terminals", _ => "/terminals"),
        ("delivery", _ => "/delivery"),
        ("roster", _ => "/roster"),
        ("API, punches after an id", r => $"/api/v1/punches?after={r.Next(1, 900_000)}&limit=200"),
        ("API, terminals", _ => "/api/v1/terminals"),
    ];

    private static string Person(Random random) => $"u{random.Next(1, People + 1):00000}";

    private static string Terminal(Random random) => $"m2-{random.Next(1, Terminals + 1):000}";

    private static string Site(Random random) => Sites[random.Next(Sites.Length)];

    private static string Day(Random random) => $"{End.AddDays(-random.Next(1, 500)):yyyy-MM-dd}";

    private static long Time(Random random) => new DateTimeOffset(End.AddDays(-random.Next(1, 500)).ToDateTime(new(10, 0)), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
