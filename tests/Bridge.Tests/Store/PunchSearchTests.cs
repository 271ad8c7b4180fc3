using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

/// <summary>However a filter is answered inside, turning its pages gives exactly the rows that match, newest first.</summary>
public abstract class PunchSearchTests(StoreKind kind) : IAsyncDisposable
{
    private const long Start = 1_772_438_400_000; // 2026-03-02 08:00 UTC
    private const long Day = 86_400_000;
    private static readonly string[] People = ["u-ada", "u-grace", "u-alan", "u-stray"];
    private readonly StoreFixture _store = new(kind);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Turning_the_pages_of_any_filter_gives_each_match_once_newest_first_and_back_again()
    {
        IReadOnlyList<StoredPunch> all = await FillAsync();
        int tried = 0;
        foreach ((PunchFilter filter, SiteScope scope) in Filters())
        {
            List<long> expected = [.. all.Where(p => Matches(p, filter, scope)).OrderByDescending(p => p.Punch.At).ThenByDescending(p => p.Id).Select(p => p.Id)];
            List<long> found = [], back = [];
            PunchPage page = await _store.Punches.ListAsync(scope, filter, null, 23);
            page.Total.ShouldBe(new(expected.Count, false), $"{filter} {scope}");
            page.Newer.ShouldBeNull();
            while (true)
            {
                page.First.ShouldBe(found.Count + 1);
                found.AddRange(page.Items.Select(p => p.Id));
                if (page.Older is null) break;
                page = await _store.Punches.ListAsync(scope, filter, page.Older, 23);
            }

            found.ShouldBe(expected, $"{filter} {scope}");
            back.AddRange(page.Items.Select(p => p.Id));
            while (page.Newer is { } newer)
            {
                page = await _store.Punches.ListAsync(scope, filter, newer, 23);
                back.InsertRange(0, page.Items.Select(p => p.Id));
            }

            back.ShouldBe(expected, $"{filter} {scope}");
            tried++;
        }

        tried.ShouldBeGreaterThan(150);
    }

    [Fact]
    public async Task A_department_of_many_is_turned_through_dense_and_empty_times_without_losing_or_doubling_a_row()
    {
        await _store.Database.WriteAsync(session => session.Execute("INSERT INTO terminals (name, site, created_at) VALUES ('m2-001', NULL, 0), ('m2-002', 'north', 0)"));
        string[] members = [.. Enumerable.Range(0, 30).Select(i => $"u-{i:00}")];
        await _store.People.ReconcileAsync([new(1, null, "Head office"), new(5, 1, "Many")], [.. members.Select((m, i) => new Person(m, $"Person {i}", null, true, i < 25 ? [5L] : [1L]))]);
        Random random = new(5);
        // Some days are full, then nothing for months; several at one moment; one clock is years ahead, one long ago.
        foreach (string terminal in (string[])["m2-001", "m2-002"])
        {
            TestLedger ledger = new(terminal);
            for (int i = 0; i < 160; i++)
            {
                long at = Start - (random.Next(4) switch { 0 => random.Next(3), 1 => 40 + random.Next(2), 2 => 300 + random.Next(30), _ => 900 } * Day) + (random.Next(6) * 60_000);
                ledger.Add(members[random.Next(30)], i == 70 ? Start + (900 * Day) : i == 71 ? Start - (6000 * Day) : at, random.Next(9) == 0 ? PunchMethod.Pin : PunchMethod.Card);
            }

            for (int from = 1; from <= 160; from += 80) await _store.Punches.AppendAsync(ledger.Batch(from, 80));
        }

        List<StoredPunch> all = [];
        await foreach (StoredPunch punch in _store.Punches.StreamAsync(SiteScope.All, new())) all.Add(punch);
        all.Count.ShouldBe(320);
        foreach (PunchFilter filter in (PunchFilter[])[new() { Department = 5 }, new() { Department = 1, Method = PunchMethod.Pin }, new() { Department = 5, Terminal = "m2-002" }, new() { Department = 5, Site = "north", Method = PunchMethod.Pin },
            new() { Department = 5, To = Start - (50 * Day) }, new() { Department = 5, From = Start - (310 * Day) }, new() { Department = 5, From = Start - (41 * Day), To = Start - Day }, new() { Department = 5, From = Start + Day }])
        {
            List<long> expected = [.. all.Where(p => (filter.Department == 1 || string.CompareOrdinal(p.Punch.Person, "u-25") < 0) && (filter.Method ?? p.Punch.Method) == p.Punch.Method
                && (filter.Terminal ?? (filter.Site is null ? p.Punch.Terminal : "m2-002")) == p.Punch.Terminal && p.Punch.At >= (filter.From ?? 0) && p.Punch.At < (filter.To ?? long.MaxValue)).Select(p => p.Id)];
            List<long> found = [], back = [];
            PunchPage page = await _store.Punches.ListAsync(SiteScope.All, filter, null, 7);
            for (; ; page = await _store.Punches.ListAsync(SiteScope.All, filter, page.Older, 7))
            {
                found.AddRange(page.Items.Select(p => p.Id));
                if (page.Older is null) break;
            }

            found.ShouldBe(expected, $"{filter}");
            for (; ; page = await _store.Punches.ListAsync(SiteScope.All, filter, page.Newer, 7))
            {
                back.InsertRange(0, page.Items.Select(p => p.Id));
                if (page.Newer is null) break;
            }

            back.ShouldBe(expected, $"{filter}");
            (await new SqlEffectivePunches(_store.Database).PeopleAsync(SiteScope.All, filter)).Order(StringComparer.Ordinal)
                .ShouldBe(all.Where(p => expected.Contains(p.Id)).Select(p => p.Punch.Person).Distinct().Order(StringComparer.Ordinal), $"{filter}");
        }
    }

    [Fact]
    public async Task A_count_ends_at_its_bound()
    {
        TestLedger ledger = new("m2-001");
        for (int i = 0; i < BoundedCount.Most + 200; i++) ledger.Add("u-ada", Start + i);
        for (int from = 1; from <= BoundedCount.Most + 200; from += 120) await _store.Punches.AppendAsync(ledger.Batch(from, 120));
        (await _store.Punches.ListAsync(SiteScope.All, new(), null, 10)).Total.ShouldBe(new(BoundedCount.Most, true));
        (await _store.Punches.ListAsync(SiteScope.All, new() { Person = "u-ada" }, null, 10)).Total.ShouldBe(new(BoundedCount.Most, true));
        (await _store.Punches.ListAsync(SiteScope.All, new() { State = DeliveryState.Pending, Terminal = "m2-001" }, null, 10)).Total.More.ShouldBeTrue();
        (await _store.Punches.ListAsync(SiteScope.All, new() { To = Start + 100 }, null, 10)).Total.ShouldBe(new(100, false));
    }

    [Theory]
    [InlineData("o.5.7.0", true)]
    [InlineData("n.5.7.100", true)]
    [InlineData("o.5.7", false)]
    [InlineData("x.5.7.0", false)]
    [InlineData("o.-5.7.0", false)]
    [InlineData("o.99999999999999999999.7.0", false)]
    [InlineData("", false)]
    public void A_cursor_is_what_a_page_wrote_or_none(string text, bool good) => (PunchCursor.Parse(text)?.ToString() == text).ShouldBe(good);

    private static IEnumerable<(PunchFilter, SiteScope)> Filters()
    {
        string?[] persons = [null, "u-ada", "000", "a", "u-stray", "nobody"];
        (string? Terminal, string? Site)[] places = [(null, null), ("m2-001", null), (null, "north"), (null, SiteScope.MainSite), ("m2-002", "north")];
        (PunchMethod?, DeliveryState?)[] kinds =
            [(null, null), (PunchMethod.Face, null), (PunchMethod.Pin, null), (null, DeliveryState.Dead), (null, DeliveryState.Delivered), (PunchMethod.Card, DeliveryState.Pending)];
        foreach (string? person in persons)
            foreach ((string? terminal, string? site) in places)
                foreach ((PunchMethod? method, DeliveryState? state) in kinds)
                    yield return (new() { Person = person, Terminal = terminal, Site = site, Method = method, State = state }, SiteScope.All);
        foreach (SiteScope scope in (SiteScope[])[SiteScope.None, SiteScope.Of("north"), SiteScope.Of(SiteScope.MainSite), SiteScope.Of("north", "south")])
            foreach (PunchFilter filter in (PunchFilter[])[new(), new() { Person = "u-ada" }, new() { Site = "south" }, new() { State = DeliveryState.Held }, new() { Department = 1, Method = PunchMethod.Pin },
                new() { From = Start + Day, To = Start + (2 * Day) }])
                yield return (filter, scope);
        foreach (long department in (long[])[1, 2, 9])
            foreach (DeliveryState? state in (DeliveryState?[])[null, DeliveryState.Skipped, DeliveryState.Delivered])
                yield return (new() { Department = department, State = state, Person = department == 1 ? "a" : null, From = Start + Day }, SiteScope.All);
    }

    private static bool Matches(StoredPunch punch, PunchFilter filter, SiteScope scope)
    {
        string site = punch.Punch.Terminal switch { "m2-002" => "north", "m2-003" => "south", _ => "" };
        string person = punch.Punch.Person;
        return scope.Holds(site)
            && (filter.Site is null || filter.Site == site)
            && (filter.Terminal is null || filter.Terminal == punch.Punch.Terminal)
            && (filter.Method is null || filter.Method == punch.Punch.Method)
            && (filter.State is null || filter.State == punch.Delivery)
            && (filter.From is null || punch.Punch.At >= filter.From) && (filter.To is null || punch.Punch.At < filter.To)
            && (filter.Department is null || (filter.Department == 1 && person is "u-ada" or "u-grace") || (filter.Department == 2 && person == "u-ada"))
            && (filter.Person is null || filter.Person == person || (filter.Person == "a" && person is "u-ada" or "u-grace" or "u-alan"));
    }

    private async Task<IReadOnlyList<StoredPunch>> FillAsync()
    {
        await _store.Database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO terminals (name, site, created_at) VALUES ('m2-001', NULL, 0), ('m2-002', 'north', 0), ('m2-003', 'south', 0)");
        });
        await _store.People.ReconcileAsync(
            [new(1, null, "Head office"), new(2, 1, "Engineering")],
            [new("u-ada", "Ada Lovelace", null, true, [1, 2]), new("u-grace", "Grace Hopper", "00017", true, [1]), new("u-alan", "Alan Turing", "00018", true, [])]);
        Random random = new(7);
        // Many at the same moment: the order among them is the order of arrival.
        foreach (string terminal in (string[])["m2-001", "m2-002", "m2-003", "m2-009"])
        {
            TestLedger ledger = new(terminal);
            for (int i = 0; i < 60; i++)
                ledger.Add(People[random.Next(4)], Start + (random.Next(3) * Day) + (random.Next(8) * 60_000), random.Next(3) switch { 0 => PunchMethod.Card, 1 => PunchMethod.Pin, _ => PunchMethod.Face });
            await _store.Punches.AppendAsync(ledger.All());
        }

        DeliveryState[] states = Enum.GetValues<DeliveryState>();
        for (int id = 1; id <= 240; id++)
            if (random.Next(2) == 0) await _store.Outbox.MarkAsync(id, new(states[random.Next(states.Length)]) { Attempts = 1 });
        List<StoredPunch> all = [];
        foreach (DeliveryState state in states)
            for (PunchPage? page = await _store.Punches.ListAsync(SiteScope.All, new() { State = state }, null, 500); page is not null; page = page.Older is null ? null : await _store.Punches.ListAsync(SiteScope.All, new() { State = state }, page.Older, 500))
                all.AddRange(page.Items);
        all.Count.ShouldBe(240);
        return all;
    }
}

public sealed class PunchSearchSqliteTests() : PunchSearchTests(StoreKind.Sqlite);

public sealed class PunchSearchPostgresTests() : PunchSearchTests(StoreKind.Postgres);
