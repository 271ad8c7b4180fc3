using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Store;

namespace Devices.Bridge.Tests.Roster;

/// <summary>Terminals learn of the roster from this log alone: a change that is not in it, or is passed over, is a person who cannot punch or still can.</summary>
public sealed class ChangeLogTests
{
    private static readonly Department[] Office = [new(1, null, "Office"), new(2, 1, "Lab")];

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Every_change_of_a_person_has_the_next_revision_and_no_change_has_none(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlRosterStore log = new(store.Database, store.Time);
        (await log.RevisionAsync()).ShouldBe(0);
        await store.People.ReconcileAsync(Office, [P("ada"), P("grace")]);
        await store.People.ReconcileAsync(Office, [P("ada"), P("grace")]);
        (await log.RevisionAsync()).ShouldBe(2);

        await store.People.ReconcileAsync(Office, [P("ada", "Ada King")]);

        (await log.ChangesAfterAsync(2, 10)).Select(c => (c.Revision, c.Person.UserId, c.Person.Name, c.Person.Active)).ShouldBe([(3, "ada", "Ada King", true), (4, "grace", "grace", false)]);
        (await log.ChangesAfterAsync(4, 10)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Each_person_comes_once_as_it_is_now_and_pages_end_where_the_next_begins(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlRosterStore log = new(store.Database, store.Time);
        await store.People.ReconcileAsync(Office, [.. Enumerable.Range(0, 7).Select(i => P($"p{i}"))]);
        IReadOnlyList<PersonChange> first = await log.ChangesAfterAsync(0, 3);
        await store.People.ApplyAsync(new([P("p0", "new name"), P("p4", "new name")], ["p5"], [], []));

        List<PersonChange> rest = [];
        long seen = first[^1].Revision;
        while (await log.ChangesAfterAsync(seen, 3) is { Count: > 0 } page)
        {
            rest.AddRange(page);
            seen = page[^1].Revision;
        }

        first.Select(c => c.Person.UserId).ShouldBe(["p0", "p1", "p2"]);
        rest.Select(c => (c.Person.UserId, c.Person.Name, c.Person.Active)).ShouldBe([("p3", "p3", true), ("p6", "p6", true), ("p0", "new name", true), ("p4", "new name", true), ("p5", "p5", false)]);
        seen.ShouldBe(await log.RevisionAsync());
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_leaver_stays_as_a_tombstone_until_the_person_comes_back(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlRosterStore log = new(store.Database, store.Time);
        await store.People.ReconcileAsync(Office, [P("ada")]);
        await store.People.ApplyAsync(new([], ["ada", "nobody"], [], []));
        (await log.ChangesAfterAsync(0, 10)).ShouldHaveSingleItem().Person.Active.ShouldBeFalse();
        (await store.People.ApplyAsync(new([], ["ada"], [], []))).ShouldBe(new RosterChange(0, 0, 0, 0));

        await store.People.ApplyAsync(new([P("ada")], [], [], []));

        PersonChange back = (await log.ChangesAfterAsync(0, 10)).ShouldHaveSingleItem();
        (back.Revision, back.Person.Active).ShouldBe((3, true));
        (await store.People.LeftSinceAsync(0)).ShouldBe(0);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Single_changes_leave_everybody_else_alone(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        await store.People.ReconcileAsync(Office, [P("ada"), P("grace"), P("alan")]);

        (await store.People.ApplyAsync(new([P("joan")], ["alan"], [new(2, 1, "Laboratory")], []))).ShouldBe(new RosterChange(1, 0, 1, 1));

        (await store.People.PeopleAsync(SiteScope.All)).Select(p => p.UserId).ShouldBe(["ada", "grace", "joan"], ignoreOrder: true);
        (await store.People.DepartmentsAsync(SiteScope.All)).Select(d => d.Name).ShouldBe(["Office", "Laboratory"]);
        (await store.People.ApplyAsync(new([], [], [], [2]))).ShouldBe(new RosterChange(0, 0, 0, 1));
        (await store.People.DepartmentsAsync(SiteScope.All)).Select(d => d.Id).ShouldBe([1L]);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Somebody_under_a_new_id_is_noticed_and_not_merged(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        await store.People.ReconcileAsync(Office, [P("old1", "Ada", "J1"), P("x", "Alan")]);

        RosterChange change = await store.People.ReconcileAsync(Office, [P("new1", "Ada", "J1"), P("y", "Alan"), P("z", "Joan", "J9")]);

        change.Renamed.ShouldBe([("old1", "new1"), ("x", "y")], ignoreOrder: true);
        (await store.People.FindPersonAsync(SiteScope.All, "old1"))!.Active.ShouldBeFalse();
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Who_belonged_where_is_known_for_every_time_and_other_changes_do_not_repeat_it(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlRosterStore log = new(store.Database, store.Time);
        await store.People.ReconcileAsync(Office, [P("ada")]);
        long first = store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        store.Time.Advance(TimeSpan.FromDays(10));
        await store.People.ReconcileAsync(Office, [P("ada", "Ada King")]);
        await store.People.ReconcileAsync(Office, [P("ada", "Ada King") with { Departments = [1, 2] }, P("late") with { Departments = [2] }]);

        (await log.MembershipsAsync()).Select(m => (m.UserId, m.At - first, string.Join(',', m.Departments)))
            .ShouldBe([("ada", 0, "1"), ("ada", 864_000_000, "1,2"), ("late", 864_000_000, "2")]);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_mark_survives_until_what_it_began_with_is_settled(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlRosterStore marks = new(store.Database, store.Time);
        long now = store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await marks.MarkAsync([new(MarkKind.Person, "ada", Expectation.Here), new(MarkKind.Department, "2", Expectation.Gone)]);
        IReadOnlyList<RosterMark> due = await marks.DueAsync(now, 10);
        due.Select(m => (m.Kind, m.Id, m.Expect, m.Attempts)).ShouldBe([(MarkKind.Department, "2", Expectation.Gone, 0), (MarkKind.Person, "ada", Expectation.Here, 0)]);
        await marks.MarkAsync([new(MarkKind.Person, "ada", Expectation.Gone)]);

        await marks.SettleAsync(due);

        RosterMark left = (await marks.DueAsync(now, 10)).ShouldHaveSingleItem();
        (left.Id, left.Expect).ShouldBe(("ada", Expectation.Gone));
        await marks.PutOffAsync([left], now + 1000);
        (await marks.DueAsync(now, 10)).ShouldBeEmpty();
        (await marks.DueAsync(now + 1000, 10)).ShouldHaveSingleItem().Attempts.ShouldBe(1);
        (await marks.OpenAsync()).ShouldBe(1);
    }

    private static Person P(string id, string? name = null, string? job = null) => new(id, name ?? id, job, Active: true, [1]);
}
