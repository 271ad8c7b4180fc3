using Devices.Bridge.Delivery;
using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Roster;

/// <summary>When a pull is due, what counts as gone, and what a decision means.</summary>
public sealed class KeeperTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_cut_short_takes_nobody_away_since_each_missing_person_is_asked_about()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 300).Select(i => $"p{i:000}")]);
        await using Bench bench = await Bench.StartAsync(platform);
        IPeopleStore people = bench.Get<IPeopleStore>();
        await Until.Async(() => people.PeopleAsync(SiteScope.All), p => p.Count == 300, "the pull at start");
        await platform.SetAsync(new { calls_per_second = 1000 });
        await platform.FaultAsync(new { kind = "truncated-list", api = "topapi/v2/user/list", count = 1, skip = 1 });

        (await bench.Get<RosterService>().PullAsync(false, Stop)).Problem.ShouldBeNull();

        (await people.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(300);
        (await platform.CallsAsync("topapi/v2/user/get")).ShouldBe(50);
    }

    [Theory]
    [InlineData("stuck-cursor", "topapi/v2/user/list")]
    [InlineData("no-result", "topapi/v2/user/list")]
    [InlineData("no-result", "topapi/v2/department/listsub")]
    public async Task A_page_that_goes_wrong_half_way_is_no_roster(string kind, string api)
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 250).Select(i => $"p{i:000}")]);
        await using Bench bench = await Bench.StartAsync(platform);
        await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 250, "the pull at start");
        await platform.FaultAsync(new { kind, api, skip = 1 });

        RosterStatus status = await bench.Get<RosterService>().PullAsync(false, Stop);

        status.Problem.ShouldBe("reason.unreadable_answer");
        (await bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(250);
    }

    [Fact]
    public async Task Throttling_in_the_middle_of_a_pull_is_waited_out()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 250).Select(i => $"p{i:000}")]);
        await platform.FaultAsync(new { kind = "throttle", api = "topapi/v2/user/list", count = 2, skip = 1 });
        await platform.SetAsync(new { throttle_errors = "wrapped" });
        await using Bench bench = await Bench.StartAsync(platform);

        await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 250, "the pull at start");
    }

    [Fact]
    public async Task Who_is_moved_while_the_departments_are_walked_has_not_left()
    {
        await using Keeper keeper = new();
        keeper.Source.People = [P("ada"), P("grace"), P("alan"), P("joan")];
        await keeper.Service.PullAsync(false, Stop);

        // Moved from a department not yet read to one already read: in neither.
        keeper.Source.Walk = [P("grace"), P("alan"), P("joan")];
        keeper.Source.People = [P("ada") with { Departments = [7] }, .. keeper.Source.Walk];
        await keeper.Service.PullAsync(false, Stop);

        (await keeper.Store.People.FindPersonAsync(SiteScope.All, "ada", Stop))!.ShouldSatisfyAllConditions(a => a.Active.ShouldBeTrue(), a => a.Departments.ShouldBe([7L]));
    }

    [Fact]
    public async Task Without_an_answer_about_the_missing_nothing_is_taken_and_without_the_permission_the_walk_counts()
    {
        await using Keeper keeper = new();
        keeper.Source.People = [P("ada"), P("grace"), P("alan")];
        await keeper.Service.PullAsync(false, Stop);
        keeper.Source.People = [P("ada"), P("grace")];

        keeper.Source.Fault = new(OutcomeKind.Unreachable, "reason.unreachable");
        (await keeper.Service.PullAsync(false, Stop)).Problem.ShouldBe("reason.unreachable");
        (await keeper.Store.People.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(3);

        keeper.Source.Fault = new(OutcomeKind.Configuration, "reason.no_permission");
        (await keeper.Service.PullAsync(false, Stop)).Problem.ShouldBeNull();
        (await keeper.Store.People.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nobody_at_all_is_an_empty_answer_however_small_the_organisation()
    {
        await using Keeper keeper = new();
        keeper.Source.People = [P("ada"), P("grace")];
        await keeper.Service.PullAsync(false, Stop);
        keeper.Source.People = [];

        (await keeper.Service.PullAsync(false, Stop)).Held.ShouldBeTrue();

        (await keeper.Store.People.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Yesterdays_leavers_do_not_count_and_confirmed_ones_neither()
    {
        await using Keeper keeper = new();
        Person[] all = [.. Enumerable.Range(0, 12).Select(i => P($"p{i}"))];
        keeper.Source.People = all;
        await keeper.Service.PullAsync(false, Stop);
        keeper.Source.People = all[..10];
        (await keeper.Service.PullAsync(false, Stop)).Problem.ShouldBeNull();
        keeper.Source.People = all[..9];
        (await keeper.Service.PullAsync(false, Stop)).Held.ShouldBeTrue("three of twelve within a day");

        keeper.Store.Time.Advance(TimeSpan.FromHours(25));
        (await keeper.Service.PullAsync(false, Stop)).Problem.ShouldBeNull("a day later it is one");
        keeper.Source.People = all[..3];
        (await keeper.Service.PullAsync(false, Stop)).Held.ShouldBeTrue();
        (await keeper.Service.PullAsync(true, Stop)).Problem.ShouldBeNull();
        keeper.Store.Time.Advance(TimeSpan.FromMinutes(1));
        keeper.Source.People = all[..2];
        (await keeper.Service.PullAsync(false, Stop)).Problem.ShouldBeNull("those whom somebody confirmed are settled");
    }

    [Fact]
    public async Task A_failed_pull_does_not_forget_what_waits_for_a_decision()
    {
        await using Keeper keeper = new();
        keeper.Source.People = [.. Enumerable.Range(0, 12).Select(i => P($"p{i}"))];
        await keeper.Service.PullAsync(false, Stop);
        keeper.Source.People = [P("p0"), P("p1")];
        await keeper.Service.PullAsync(false, Stop);
        keeper.Source.PullFault = new(OutcomeKind.Unreachable, "reason.unreachable");

        RosterStatus status = await keeper.Service.PullAsync(true, Stop);

        (status.Held, status.Missing, status.Gone.Count).ShouldBe((true, 10, 10));
    }

    [Fact]
    public async Task A_punch_later_than_its_persons_leaving_is_shown_once_also_when_it_was_looked_at_already()
    {
        await using StoreFixture store = new();
        await store.AddTerminalAsync("m2-001");
        await store.People.ReconcileAsync([], [P("ada"), P("grace")]);
        LedgerMaker ledger = new();
        long now = store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Punch before = ledger.Next("ada", now), after = ledger.Next("ada", now + 7_200_000), other = ledger.Next("grace", now + 7_200_000);
        await store.Punches.AppendAsync(ledger.Batch(before), Stop);
        store.Time.Advance(TimeSpan.FromHours(1));
        await store.People.ReconcileAsync([], [P("grace")]);
        await store.Punches.AppendAsync(ledger.Batch(after, other), Stop);
        using LeaverSweep sweep = new(store.People, store.Exceptions, store.Time, NullLogger<LeaverSweep>.Instance);

        (await sweep.SweepAsync(Stop)).ShouldBe(1);
        (await sweep.SweepAsync(Stop)).ShouldBe(0);
        ExceptionRow row = (await store.Exceptions.ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldHaveSingleItem();
        (row.Code, row.Seq, row.Terminal).ShouldBe(("reason.left", 2L, "m2-001"));
        await store.Exceptions.ResolveAsync(SiteScope.All, row.Id, "hr", Stop);
        (await sweep.SweepAsync(Stop)).ShouldBe(0);

        await store.People.ReconcileAsync([], [P("grace"), P("ada")]);
        (await sweep.SweepAsync(Stop)).ShouldBe(0);
    }

    [Theory]
    // Berlin: 03:10 is 01:10 UTC in summer and 02:10 in winter; on 2026-03-29 the clocks leave 02:00 to 03:00 out.
    [InlineData("03:10", "2026-07-01T00:00Z", "2026-07-01T01:10Z")]
    [InlineData("03:10", "2026-07-01T01:10Z", "2026-07-02T01:10Z")]
    [InlineData("03:10", "2026-01-01T00:00Z", "2026-01-01T02:10Z")]
    [InlineData("02:30", "2026-03-28T12:00Z", "2026-03-29T01:30Z")]
    [InlineData("02:30", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("02:30", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    public async Task The_daily_pull_is_at_the_sites_own_time_once_a_day(string at, string last, string due)
    {
        await using Keeper keeper = new();
        using RosterSchedule schedule = keeper.Schedule(new() { Minutes = 0, DailyAt = at });
        DateTimeOffset before = DateTimeOffset.Parse(last, System.Globalization.CultureInfo.InvariantCulture);

        schedule.Due(before, DateTimeOffset.MinValue, 0).ShouldBe(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_nearest_reason_decides_when_the_next_pull_is_due()
    {
        await using Keeper keeper = new();
        using RosterSchedule schedule = keeper.Schedule(new() { Minutes = 60, RestMinutes = 5 });
        DateTimeOffset last = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

        schedule.Due(DateTimeOffset.MinValue, DateTimeOffset.MinValue, 0).ShouldBe(DateTimeOffset.MinValue, "at start at once");
        schedule.Due(last, DateTimeOffset.MinValue, 0).ShouldBe(last.AddHours(1));
        schedule.Due(last, last.AddSeconds(1), 0).ShouldBe(last.AddMinutes(5));
        schedule.Due(last, last.AddSeconds(-1), 0).ShouldBe(last.AddHours(1), "what happened before the pull is in it");
        schedule.Due(last, DateTimeOffset.MinValue, 1).ShouldBeLessThanOrEqualTo(last.AddSeconds(5));
        schedule.Due(new(2026, 7, 1, 0, 50, 0, TimeSpan.Zero), DateTimeOffset.MinValue, 0).ShouldBe(new(2026, 7, 1, 1, 10, 0, TimeSpan.Zero));
    }

    private static Person P(string id) => new(id, id, null, Active: true, [1]);

    private sealed class Keeper : IAsyncDisposable
    {
        public Keeper()
        {
            RosterOptions options = new();
            Service = new(Source, Store.People, new SqlSettingStore(Store.Database, Store.Time), Store.Exceptions, new(Store.People, options, Store.Time), Store.Time, NullLogger<RosterService>.Instance);
        }

        public StoreFixture Store { get; } = new();

        public PlayedSource Source { get; } = new();

        public RosterService Service { get; }

        public RosterSchedule Schedule(RosterOptions options) =>
            new(Service, options, new() { Site = new() { TimeZone = "Europe/Berlin" } }, new FakeTimeProvider(), NullLogger<RosterSchedule>.Instance);

        public async ValueTask DisposeAsync()
        {
            Service.Dispose();
            await Store.DisposeAsync();
        }
    }

    private sealed class PlayedSource : IRosterSource
    {
        public IReadOnlyList<Person> People { get; set; } = [];

        /// <summary>What the walk finds, where that is not everybody.</summary>
        public IReadOnlyList<Person>? Walk { get; set; }

        public DeliveryOutcome? Fault { get; set; }

        public DeliveryOutcome? PullFault { get; set; }

        public Task<RosterPull> PullAsync(CancellationToken cancellationToken) =>
            Task.FromResult(PullFault is { } fault ? RosterPull.Failed(fault) : new([], Walk ?? People, DeliveryOutcome.Accepted));

        public Task<Reading<Person>> PersonAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(Fault is { } fault
            ? new Reading<Person>(null, false, fault)
            : new(People.FirstOrDefault(p => p.UserId == userId), People.All(p => p.UserId != userId), DeliveryOutcome.Accepted));

        public Task<Reading<DepartmentPeople>> DepartmentAsync(long id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
