using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;

namespace Devices.Bridge.Tests.Store;

/// <summary>The views that other systems read say what the store says.</summary>
public abstract class ReportViewTests(StoreKind kind) : IAsyncDisposable
{
    private const long Start = 1_772_380_800_000; // midnight of 2 March in Shanghai
    private const long Day = 86_400_000;
    private readonly StoreFixture _store = new(kind);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Punches_and_days_are_those_of_the_store_each_with_its_site_and_day()
    {
        await _store.Database.WriteAsync(s => s.Execute("INSERT INTO terminals (name, site, created_at) VALUES ('m2-001', 'north', 0), ('m2-002', NULL, 0)"));
        SqlReportStore report = new(_store.Database, _store.Time);
        await report.SetDaysAsync("Asia/Shanghai", [new("2026-03-02", Start, Start + Day), new("2026-03-03", Start + Day, Start + (2 * Day))]);
        await report.SetDaysAsync("Asia/Shanghai", [new("2026-03-02", Start, Start + Day), new("2026-03-04", Start + (2 * Day), Start + (3 * Day))]);
        TestLedger north = new("m2-001"), main = new("m2-002");
        north.Add("ada", Start);
        north.Add("ada", Start + Day - 1);
        north.Add("ada", Start + Day);
        main.Add("grace", Start + (3 * Day));
        await _store.Punches.AppendAsync(north.All());
        await _store.Punches.AppendAsync(main.All());

        List<string> punches = await _store.Database.ReadAsync(s => s.Query(
            "SELECT id, terminal, site, person, at_ms, day, delivery, counts, origin FROM v1_punches ORDER BY id",
            row => $"{row.GetInt64(0)} {row.GetString(1)} '{row.GetString(2)}' {row.GetString(3)} {row.GetInt64(4)} {(row.IsDBNull(5) ? "-" : row.GetString(5))} {row.GetString(6)} {row.GetInt64(7)} {row.GetString(8)}"));
        IReadOnlyList<StoredPunch> stored = await _store.Punches.ListAfterAsync(SiteScope.All, 0, 10);
        string[] days = ["2026-03-02", "2026-03-02", "2026-03-03", "-"];
        punches.ShouldBe(stored.Select((p, i) =>
            $"{p.Id} {p.Punch.Terminal} '{(p.Punch.Terminal == "m2-001" ? "north" : "")}' {p.Punch.Person} {p.Punch.At} {days[i]} {p.Delivery.ToString().ToLowerInvariant()} 1 recorded"));

        (await _store.Database.ReadAsync(s => s.Query(
            "SELECT day, person, site, first_at_ms, last_at_ms, punches FROM v1_days ORDER BY day, person",
            row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))))).ShouldBe(
            [("2026-03-02", "ada", "north", Start, Start + Day - 1, 2L), ("2026-03-03", "ada", "north", Start + Day, Start + Day, 1L)]);

        foreach (string view in (string[])["v1_people", "v1_departments", "v1_people_departments"]) (await _store.CountAsync(view)).ShouldBe(0);
        (await _store.CountAsync("v1_terminals")).ShouldBe(2);
        await report.SetDaysAsync("Europe/Berlin", [new("2026-03-02", Start + 1, Start + Day)]);
        (await _store.CountAsync("site_days")).ShouldBe(1, "another zone has other days");
    }
}

public sealed class ReportViewSqliteTests() : ReportViewTests(StoreKind.Sqlite);

public sealed class ReportViewPostgresTests() : ReportViewTests(StoreKind.Postgres);
