using Devices.Bridge.Roster;
using Devices.Bridge.Roster.Events;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Roster;

/// <summary>Stream mode over a real WebSocket, with the gateway's faults: events make the roster quick, and nothing depends on them.</summary>
public sealed class StreamTests
{
    private static readonly string[] Four = ["ada", "grace", "alan", "joan"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_hired_changed_or_leaves_is_read_singly_and_has_the_next_revision()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        long pulls = await bench.Platform.CallsAsync("topapi/v2/user/list"), revision = await bench.Bench.Get<IRosterChanges>().RevisionAsync(Stop);

        await bench.Platform.PeopleAsync([.. Four, "new"]);
        await bench.UntilPeopleAsync(p => p.Any(one => one.UserId == "new"), "the new person");
        await bench.Platform.OrganisationAsync(Organisation(("ada", "Ada King"), ("grace", "Grace Hopper"), ("alan", "Alan Turing"), ("joan", "Person joan")));
        await bench.UntilPeopleAsync(p => p.Any(one => one.Name == "Ada King") && p.All(one => one.UserId != "new"), "the change and the leaver");
        await bench.UntilQuietAsync();

        (await bench.Platform.CallsAsync("topapi/v2/user/list")).ShouldBeLessThan(pulls + 6, "departments that changed are listed, not the whole organisation");
        IReadOnlyList<PersonChange> changes = await bench.Bench.Get<IRosterChanges>().ChangesAfterAsync(revision, 100, Stop);
        changes.Single(c => c.Person.UserId == "new").Person.Active.ShouldBeFalse("a leaver stays in the log as a tombstone");
        changes.Select(c => c.Person.UserId).ShouldContain("ada");
        (await bench.EventsAsync()).ShouldAllBe(e => e["state"]!.GetValue<string>() == "acknowledged");
    }

    [Theory]
    [InlineData("lost-ack")]
    [InlineData("duplicate-frame")]
    public async Task A_frame_that_comes_twice_is_taken_once(string fault)
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        long received = bench.Status.Received;
        await bench.Platform.FaultAsync(new { kind = fault, count = 1 });

        await bench.Platform.EventAsync("user_modify_org", new { timeStamp = 1, userId = new[] { "ada" } });

        await Until.Async(() => Task.FromResult(bench.Status.Repeated), n => n == 1, "the copy");
        await bench.UntilQuietAsync();
        bench.Status.Received.ShouldBe(received + 1);
    }

    [Fact]
    public async Task A_connection_cut_behind_a_frame_loses_nothing()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        await bench.Platform.FaultAsync(new { kind = "disconnect-mid", count = 1 });

        await bench.Platform.PeopleAsync([.. Four, "new"]);

        await bench.UntilPeopleAsync(p => p.Count == 5, "the new person");
        await bench.UntilConnectedAsync(2);
        await bench.UntilQuietAsync();
    }

    [Fact]
    public async Task Told_to_go_it_opens_the_new_connection_before_the_old_one_ends_each_with_its_own_ticket()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        await bench.Platform.SetAsync(new { stream_drain_seconds = 30 });

        await bench.Platform.StreamAsync("disconnect");
        await bench.UntilConnectedAsync(2);

        (await bench.Platform.EventsAsync())["connected"]!.GetValue<int>().ShouldBe(2, "the old one is still read");
        await bench.Platform.PeopleAsync([.. Four, "new"]);
        await bench.UntilPeopleAsync(p => p.Count == 5, "the new person, by the new connection");
        var seen = await Until.Async(bench.Platform.EventsAsync, e => e["answers"]!["ping:200"] is not null, "an answered ping");
        (seen["opened"]!.GetValue<int>(), seen["refused_tickets"]!.GetValue<int>()).ShouldBe((2, 0));
        seen["answers"]!["disconnect:200"]!.GetValue<int>().ShouldBe(1);
        seen["answers"]!["CONNECTED:200"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_died_without_a_word_is_replaced_and_what_it_swallowed_is_found_by_the_pull_after_it()
    {
        await using EventBench bench = await EventBench.StartAsync(Four, new() { EventRetrySeconds = 0.05, StreamRouting = Devices.Standins.DingTalk.Events.StreamRouting.Oldest }, pullAfterReconnect: true);
        await bench.Platform.StreamAsync("silence");
        await bench.Platform.PeopleAsync([.. Four, "new"]);
        await Until.Async(bench.EventsAsync, e => e.Any(one => one["state"]!.GetValue<string>() == "lost"), "the gateway to give the event up");

        await bench.UntilConnectedAsync(2);

        await bench.UntilPeopleAsync(p => p.Count == 5, "the new person, by the pull");
    }

    [Fact]
    public async Task An_event_that_could_not_be_noted_is_asked_for_again()
    {
        await using EventBench bench = await EventBench.StartAsync(Four, configure: b =>
        {
            b.Services.AddSingleton(s => new BrokenMarks(s.GetRequiredService<SqlRosterStore>()));
            b.Services.AddSingleton<IRosterMarks>(s => s.GetRequiredService<BrokenMarks>());
        });
        bench.Bench.Get<BrokenMarks>().Failures = 2;

        await bench.Platform.EventAsync("user_leave_org", new { userId = new[] { "nobody" } });

        await Until.Async(bench.EventsAsync, e => e[^1]["answer"]?.GetValue<string>().Contains("LATER", StringComparison.Ordinal) == true, "the first answer");
        await bench.UntilQuietAsync();
        (await bench.EventsAsync())[^1]["state"]!.GetValue<string>().ShouldBe("acknowledged");
        (await bench.EventsAsync())[^1]["attempts"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task An_event_is_no_proof_who_left_according_to_it_but_is_there_stays()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);

        await bench.Platform.EventAsync("user_leave_org", new { userId = new[] { "ada", "grace" } });
        await bench.UntilQuietAsync();

        (await bench.People.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(4);
        (await bench.Platform.CallsAsync("topapi/v2/user/get")).ShouldBeGreaterThanOrEqualTo(6, "each was asked about three times, since answers may lag behind events");
    }

    [Fact]
    public async Task Somebody_whom_the_platform_does_not_show_yet_is_asked_about_again()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        await bench.Platform.FaultAsync(new { kind = "errcode", errcode = 60121, api = "topapi/v2/user/get", count = 1 });

        await bench.Platform.PeopleAsync([.. Four, "new"]);

        await bench.UntilPeopleAsync(p => p.Count == 5, "the new person");
    }

    [Fact]
    public async Task Events_out_of_order_end_as_the_platform_is()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        await bench.Platform.FaultAsync(new { kind = "out-of-order", count = 1 });

        await bench.Platform.PeopleAsync([.. Four, "new"]);
        await bench.Platform.PeopleAsync(Four);
        await bench.Platform.PeopleAsync([.. Four, "new"]);
        await bench.UntilQuietAsync();

        (await bench.People.PeopleAsync(SiteScope.All, false, Stop)).Select(p => p.UserId).ShouldBe([.. Four, "new"], ignoreOrder: true);
    }

    [Fact]
    public async Task Leavers_one_by_one_stop_at_the_guard_and_a_decision_ends_it_either_way()
    {
        await using EventBench bench = await EventBench.StartAsync([.. Enumerable.Range(0, 10).Select(i => $"p{i}")]);
        foreach (int left in (int[])[9, 8, 7])
        {
            await bench.Platform.PeopleAsync([.. Enumerable.Range(0, left).Select(i => $"p{i}")]);
            await bench.UntilQuietAsync();
        }

        RosterStatus held = await bench.RosterAsync();
        (held.Held, string.Join(',', held.Gone)).ShouldBe((true, "p7"));
        (await bench.People.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(8, "two are obeyed, the third within a day is held");

        (await bench.Bench.Get<RosterService>().RejectAsync(Stop)).ShouldBe(["p7"]);
        (await bench.Bench.Get<RosterService>().PullAsync(false, Stop)).Problem.ShouldBeNull("what somebody decided to keep is not asked about again");
        (await bench.RosterAsync()).Kept.ShouldBe(["p7"]);
        (await bench.People.PeopleAsync(SiteScope.All, false, Stop)).Select(p => p.UserId).ShouldContain("p7");

        await bench.Platform.PeopleAsync([.. Enumerable.Range(0, 6).Select(i => $"p{i}")]);
        await bench.UntilQuietAsync();
        (await bench.RosterAsync()).Gone.ShouldBe(["p6"]);
        (await bench.Bench.Get<RosterService>().PullAsync(true, Stop)).Held.ShouldBeFalse();
        (await bench.People.PeopleAsync(SiteScope.All, false, Stop)).Select(p => p.UserId).ShouldBe(["p0", "p1", "p2", "p3", "p4", "p5", "p7"], ignoreOrder: true);

        await bench.Platform.PeopleAsync([.. Enumerable.Range(0, 8).Where(i => i != 6).Select(i => $"p{i}")]);
        await bench.UntilQuietAsync();
        (await bench.RosterAsync()).Kept.ShouldBeEmpty("who is named again needs no decision");
    }

    [Fact]
    public async Task A_department_that_is_dissolved_takes_with_it_only_who_is_really_gone()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);

        // Ada leaves with department 2, Alan moves to the root.
        await bench.Platform.OrganisationAsync(new
        {
            departments = new[] { new { dept_id = 3, name = "Compilers", parent_id = 1 } },
            users = new[] { User("grace", 3), User("joan", 3), User("alan", 1) },
        });
        await bench.UntilPeopleAsync(p => p.Count == 3, "the leaver");
        await bench.UntilQuietAsync();

        (await bench.People.DepartmentsAsync(SiteScope.All, Stop)).Select(d => d.Id).ShouldBe([3L]);
        (await bench.People.FindPersonAsync(SiteScope.All, "alan", Stop))!.Departments.ShouldBe([1L]);
    }

    [Fact]
    public async Task Our_own_uploads_that_come_back_as_events_are_known_and_never_sent_again()
    {
        await using EventBench bench = await EventBench.StartAsync(["ada", "grace", "alan", "007"], new() { UploadsRaiseEvents = true });
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.Bench.AppendAsync(ledger, punch);
        await bench.Bench.UntilAsync(punch, DeliveryState.Delivered);
        await bench.Platform.EventAsync("attendance_check_record", new { dataList = new[] { new { userId = "ada", checkTime = Bench.Now(90), checkByUser = true, address = "phone" } } });

        await Until.Async(() => Task.FromResult((bench.Status.OwnPunches, bench.Status.OtherPunches)), n => n == (1, 1), "both events");
        await bench.UntilQuietAsync();
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_wrong_secret_is_said_once_and_the_roster_goes_on_by_pulls()
    {
        await using EventBench bench = await EventBench.StartAsync(Four);
        await bench.Platform.SetAsync(new { app_secret = "changed" });
        await bench.Platform.StreamAsync("abort");

        ExceptionRow row = (await Until.Async(() => bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 100), rows => rows.Any(r => r.Source == "events"), "the row")).Single(r => r.Source == "events");
        row.Code.ShouldBe("reason.credentials");
        await bench.Platform.SetAsync(new { app_secret = "dingstandinsecret" });
        await bench.UntilConnectedAsync(2);
        await Until.Async(() => bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 100), rows => rows.All(r => r.Source != "events"), "the row's end");
    }

    private static object Organisation(params (string Id, string Name)[] people) => new
    {
        departments = new[] { new { dept_id = 2, name = "Engineering", parent_id = 1 }, new { dept_id = 3, name = "Compilers", parent_id = 2 } },
        users = people.Select((p, i) => new { userid = p.Id, name = p.Name, job_number = $"J{i}", dept_id_list = new[] { i % 2 == 0 ? 2 : 3 } }),
    };

    private static object User(string id, int department) => new { userid = id, name = id, dept_id_list = new[] { department } };

    private sealed class BrokenMarks(IRosterMarks inner) : IRosterMarks
    {
        private int _failures;

        public int Failures { set => _failures = value; }

        public Task MarkAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken = default) =>
            Interlocked.Decrement(ref _failures) >= 0 ? throw new StoreUnavailableException("The disk is full.") : inner.MarkAsync(marks, cancellationToken);

        public Task<IReadOnlyList<RosterMark>> DueAsync(long now, int limit, CancellationToken cancellationToken = default) => inner.DueAsync(now, limit, cancellationToken);

        public Task SettleAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken = default) => inner.SettleAsync(marks, cancellationToken);

        public Task PutOffAsync(IReadOnlyList<RosterMark> marks, long dueAt, CancellationToken cancellationToken = default) => inner.PutOffAsync(marks, dueAt, cancellationToken);

        public Task<int> OpenAsync(CancellationToken cancellationToken = default) => inner.OpenAsync(cancellationToken);
    }
}
