using System.Globalization;

namespace Devices.Benchmarks.Hr;

/// <summary>What is asked, by kind; each kind with other values each time. The names are those that tools/Seed makes by its defaults.</summary>
internal sealed class HrPages(HrWorld world)
{
    private const int People = 20_000, Departments = 200, Terminals = 60;
    private static readonly string[] Sites = ["shanghai", "suzhou", "berlin"];
    private static readonly string[] Parts = ["王伟", "张", "Hopper", "Núñez", "李静", "000017", "u0123"];
    private static readonly string[] Codes = ["gap", "chain", "clock-suspect", "connect", "reason.unknown_person"];
    private static readonly string[] Shows = ["missing", "late", "early", "seen", "all"];

    /// <summary>Every list page, month view, board, statistics and list of the API.</summary>
    public IReadOnlyList<(string Kind, Func<Random, string> Address)> All =>
    [
        ("board, today", _ => "/"),
        ("board, today, everybody, deep", r => $"/?show=all&page={r.Next(2, 300)}"),
        ("board, last day", _ => $"/?day={Text(world.End.AddDays(-1))}"),
        ("board, busy day", r => $"/?day={Busy(r)}"),
        ("board, any day", r => $"/?day={Day(r)}"),
        ("board, any day, a list", r => $"/?day={Day(r)}&show={Shows[r.Next(Shows.Length)]}"),
        ("board, any day, a department", r => $"/?day={Day(r)}&department={Department(r)}&show=all"),
        ("board, any day, a site", r => $"/?day={Day(r)}&site={Site(r)}&show=seen"),
        ("wall board, numbers", _ => world.Wall[1]),
        ("wall board, names", _ => world.Wall[0]),
        ("statistics, last seven days", _ => "/statistics"),
        ("statistics, any seven days", r => Range(r, 7)),
        ("statistics, any 31 days", r => Range(r, 31)),
        ("month of a person", r => $"/person/month?id={Person(r)}&month={Month(r)}"),
        ("month of a department", r => $"/department/month?department={r.Next(12, Departments + 1)}&month={Month(r)}"),
        ("month of the company, deep", r => $"/department/month?after={Person(r)}&month={Month(r)}"),
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
        ("punches, by site and department", r => $"/punches?site={Site(r)}&department={r.Next(12, Departments + 1)}"),
        ("punches, by terminal", r => $"/punches?terminal={Terminal(r)}"),
        ("punches, by terminal and PIN", r => $"/punches?terminal={Terminal(r)}&method=pin"),
        ("punches, by terminal and state", r => $"/punches?terminal={Terminal(r)}&state=dead"),
        ("punches, by terminal and department", r => $"/punches?terminal={Terminal(r)}&department={r.Next(12, Departments + 1)}"),
        ("punches, by method PIN", _ => "/punches?method=pin"),
        ("punches, by method face, deep", r => $"/punches?method=face&to={Day(r)}"),
        ("punches, by method operator, deep", r => $"/punches?method=operator&to={Day(r)}"),
        ("punches, PIN, by department", r => $"/punches?method=pin&department={r.Next(12, Departments + 1)}"),
        ("punches, dead", _ => "/punches?state=dead"),
        ("punches, held", _ => "/punches?state=held"),
        ("punches, pending", _ => "/punches?state=pending"),
        ("punches, skipped, deep", r => $"/punches?state=skipped&to={Day(r)}"),
        ("punches, delivered", _ => "/punches?state=delivered"),
        ("punches, dead, by department", r => $"/punches?state=dead&department={Department(r)}"),
        ("punches, one day", r => Day(r) is var day ? $"/punches?from={day}&to={day}" : ""),
        ("punches, busy day, by site", r => Busy(r) is var day ? $"/punches?from={day}&to={day}&site={Site(r)}" : ""),
        ("punches, busy day, by department", r => Busy(r) is var day ? $"/punches?from={day}&to={day}&department={Department(r)}" : ""),
        ("punches, a month of a person", r => Month(r) is var month ? $"/punches?person={Person(r)}&from={month}-01&to={month}-28" : ""),
        ("a punch", r => world.Details[r.Next(world.Details.Count)]),
        ("exceptions", _ => "/exceptions"),
        ("exceptions, a kind", r => $"/exceptions?kind={Codes[r.Next(Codes.Length)]}"),
        ("exceptions, closed", _ => "/exceptions/closed"),
        ("exceptions, closed, deep", r => $"/exceptions/closed?after={Time(r)}.{r.Next(1, 2000)}"),
        ("corrections", _ => "/corrections"),
        ("corrections, deep", r => $"/corrections?before={r.Next(10, 2000)}"),
        ("people", _ => "/people"),
        ("people, a department", r => $"/people?department={Department(r)}"),
        ("people, a part of a name", r => $"/people?q={Uri.EscapeDataString(Parts[r.Next(Parts.Length)])}"),
        ("people, deep", r => $"/people?after={Person(r)}"),
        ("a person", r => $"/person?id={Person(r)}"),
        ("terminals", _ => "/terminals"),
        ("a terminal", r => $"/terminals/{Terminal(r)}"),
        ("delivery", _ => "/delivery"),
        ("roster", _ => "/roster"),
        ("audit", _ => "/audit"),
        ("audit, a word, deep", r => $"/audit?what=login&after={r.Next(100, 10_000)}"),
        ("audit, some days", r => $"/audit?from={Day(r)}&to={Day(r)}"),
        ("exports", _ => "/exports"),
        ("closings", _ => "/closings"),
        ("privacy", _ => "/privacy"),
        ("accounts", _ => "/accounts"),
        ("API, punches after an id", r => $"/api/v1/punches?after={(long)(r.NextDouble() * world.Punches)}&limit=200"),
        ("API, people", r => $"/api/v1/people?after={Person(r)}&limit=200"),
        ("API, days", r => $"/api/v1/days?day={Day(r)}&after={Person(r)}&limit=200"),
        ("API, exceptions", _ => "/api/v1/exceptions"),
        ("API, departments", _ => "/api/v1/departments"),
        ("API, terminals", _ => "/api/v1/terminals"),
        ("API, delivery", _ => "/api/v1/delivery"),
    ];

    private static string Person(Random random) => $"u{random.Next(1, People + 1):00000}";

    private static string Terminal(Random random) => $"m2-{random.Next(1, Terminals + 1):000}";

    private static string Site(Random random) => Sites[random.Next(Sites.Length)];

    private static int Department(Random random) => random.Next(2, Departments + 1);

    private string Busy(Random random) => Text(world.Busy[random.Next(world.Busy.Count)]);

    private string Day(Random random) => Text(Past(random));

    private string Range(Random random, int days) => world.End.AddDays(-random.Next(1, world.Days - days - 1)) is var last ? $"/statistics?from={Text(last.AddDays(1 - days))}&to={Text(last)}" : "";

    private string Month(Random random) => $"{Past(random):yyyy-MM}";

    private long Time(Random random) => new DateTimeOffset(Past(random).ToDateTime(new(10, 0)), TimeSpan.Zero).ToUnixTimeMilliseconds();

    private DateOnly Past(Random random) => world.End.AddDays(-random.Next(1, world.Days - 1));

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
