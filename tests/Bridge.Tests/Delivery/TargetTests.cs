using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>Several targets behind one outbox: each has its own rows, order and pause.</summary>
public sealed class TargetTests
{
    private static readonly LaneOptions Quick = new() { PollSeconds = 0.02, RetrySeconds = 0.05, ConfigurationRetrySeconds = 600 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_target_gets_every_punch_once_in_each_persons_order()
    {
        PlayedTarget one = new("one");
        PlayedBatch two = new("two");
        await using Bench bench = await StartAsync(OutboxTarget.New, one, two);
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 30).Select(i => ledger.Next(i % 3 == 0 ? "ada" : i % 3 == 1 ? "grace" : "alan", Bench.Now(200 - i)))];
        await bench.AppendAsync(ledger, punches);

        foreach (string target in (string[])["platform", "one", "two"]) await DeliveredAsync(bench, target, 30);

        foreach (PlayedTarget target in (PlayedTarget[])[one, two])
        {
            target.Keys.Order().ShouldBe(punches.Select(Key).Order());
            target.Mixed.ShouldBeFalse();
            foreach (string person in (string[])["ada", "grace", "alan"])
                target.Got.Where(p => p.Stored.Punch.Person == person).Select(p => p.Stored.Punch.At).ShouldBe(punches.Where(p => p.Person == person).Select(p => p.At));
        }

        two.Sizes.Max().ShouldBe(3, "one a person at most, those of different people together");
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(30);
    }

    [Fact]
    public async Task One_targets_stop_holds_no_other_and_is_reported_as_its_own()
    {
        PlayedTarget sick = new("sick") { Answer = _ => new(OutcomeKind.Configuration, "reason.credentials") }, well = new("well");
        await using Bench bench = await StartAsync(OutboxTarget.New, sick, well);
        LedgerMaker ledger = new();
        await bench.AppendAsync(ledger, [.. Enumerable.Range(0, 5).Select(i => ledger.Next("ada", Bench.Now(50 - i)))]);

        await DeliveredAsync(bench, "well", 5);
        await DeliveredAsync(bench, "platform", 5);

        bench.Get<DeliveryStatus>().Current.ShouldBeNull("the platform's pause is its own");
        DeliveryLane lane = bench.Get<TargetHost>().Lanes.Single(l => l.Target == "sick");
        lane.Status.Current!.Kind.ShouldBe(PauseKind.Configuration);
        sick.Got.Count.ShouldBe(1, "one punch found out, the others wait");
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldContain(r => r.Source == "delivery-sick" && r.Code == "reason.credentials");

        sick.Answer = _ => DeliveryOutcome.Accepted;
        lane.Status.TryNow();

        await DeliveredAsync(bench, "sick", 5);
        await Until.Async(() => bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop), r => r.Count == 0, "the report to be closed");
    }

    [Fact]
    public async Task What_nobody_knows_is_sent_again_under_the_same_key_before_the_persons_next()
    {
        int calls = 0;
        PlayedTarget target = new("hook") { Answer = _ => Interlocked.Increment(ref calls) <= 2 ? new(OutcomeKind.Ambiguous, "reason.timed_out") : DeliveryOutcome.Accepted };
        await using Bench bench = await StartAsync(OutboxTarget.New, target);
        LedgerMaker ledger = new();
        Punch first = ledger.Next("ada", Bench.Now(9)), second = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, first, second);

        await DeliveredAsync(bench, "hook", 2);

        target.Keys.ShouldBe([Key(first), Key(first), Key(first), Key(second)]);
        target.Got.Select(p => p.Attempt).ShouldBe([1, 2, 3, 1]);
    }

    [Fact]
    public async Task A_refused_punch_is_this_targets_dead_letter_and_can_be_sent_again_there()
    {
        PlayedTarget target = new("hook") { Answer = _ => new(OutcomeKind.Refused, "reason.bad_value", "422") };
        await using Bench bench = await StartAsync(OutboxTarget.New, target);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(9));
        await bench.AppendAsync(ledger, punch);
        await Until.Async(() => bench.Outbox.CountAsync(SiteScope.All, "hook", Stop), c => c.GetValueOrDefault(DeliveryState.Dead) == 1, "the dead letter");
        StoredPunch stored = await bench.UntilAsync(punch, DeliveryState.Delivered);
        TargetState state = (await bench.Get<ITargetStore>().StatesAsync([stored.Id], Stop)).ShouldHaveSingleItem();
        (state.Target, state.State, state.ReasonCode, state.Reason).ShouldBe(("hook", DeliveryState.Dead, "reason.bad_value", "422"));

        target.Answer = _ => DeliveryOutcome.Accepted;
        (await bench.Outbox.ResendAsync(SiteScope.All, "hook", [stored.Id], Stop)).ShouldBe(1);

        await DeliveredAsync(bench, "hook", 1);
        (await bench.Platform.UploadsAsync()).ShouldBe(1, "the platform had it already");
    }

    [Fact]
    public async Task A_held_punch_waits_for_HR_at_every_target()
    {
        PlayedTarget target = new("hook");
        await using Bench bench = await StartAsync(OutboxTarget.New, target);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(9), ClockQuality.Held), later = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch, later);
        await DeliveredAsync(bench, "hook", 1);
        target.Keys.ShouldBe([Key(later)]);

        (await bench.Outbox.ResendAsync(SiteScope.All, [(await bench.FindAsync(punch)).Id], Stop)).ShouldBe(1);

        await DeliveredAsync(bench, "hook", 2);
        await DeliveredAsync(bench, "platform", 2);
    }

    [Theory]
    [InlineData("new", 2)]
    [InlineData("all", 302)]
    [InlineData("2026-03-02", 102)]
    public async Task A_target_added_later_gets_what_its_beginning_says_and_what_came_while_it_was_off(string begins, int expected)
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:MonthlyCalls=0");
        LedgerMaker ledger = new();
        long day = new DateTimeOffset(2026, 3, 1, 16, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        for (int page = 0; page < 3; page++)
            await bench.AppendAsync(ledger, [.. Enumerable.Range(page * 100, 100).Select(i => ledger.Next($"u{i}", day + ((i - 200) * 1000L)))]);
        await bench.CloseAsync();

        PlayedTarget target = new("late");
        With(bench, begins, target);
        await bench.OpenAsync();
        await bench.AppendAsync(ledger, ledger.Next("ada", Bench.Now(5)));
        await DeliveredAsync(bench, "late", expected - 1);
        await bench.CloseAsync();

        bench.Configure = null;
        await bench.OpenAsync();
        await bench.AppendAsync(ledger, ledger.Next("grace", Bench.Now(4)));
        await bench.CloseAsync();
        With(bench, begins, target);
        await bench.OpenAsync();

        await DeliveredAsync(bench, "late", expected);
        target.Keys.Distinct().Count().ShouldBe(expected);
        target.Got.Count.ShouldBe(expected, "nothing was sent twice");
    }

    [Fact]
    public async Task What_was_under_way_when_the_bridge_stopped_is_sent_again_under_its_key()
    {
        PlayedTarget target = new("hook");
        await using Bench bench = await StartAsync(OutboxTarget.New, target);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(9), ClockQuality.Held);
        await bench.AppendAsync(ledger, punch);
        long id = (await bench.FindAsync(punch)).Id;
        await bench.Outbox.MarkAsync("hook", id, new(DeliveryState.Sending), Stop);
        await bench.CloseAsync();

        await bench.OpenAsync();

        await DeliveredAsync(bench, "hook", 1);
        target.Keys.ShouldBe([Key(punch)]);
    }

    [Theory]
    [InlineData("platform", "new")]
    [InlineData("Web Hook", "new")]
    [InlineData("hook", "yesterday")]
    public void A_name_or_a_beginning_that_cannot_work_is_refused_at_start(string name, string begins) =>
        Should.Throw<BridgeStartException>(() => new ServiceCollection().AddDeliveryTarget(new(name, begins), new(), _ => new PlayedTarget(name)));

    private static string Key(Punch punch) => $"{punch.Terminal}/{punch.Ledger}/{punch.Seq}";

    private static Task DeliveredAsync(Bench bench, string target, int count) => Until.Async(
        () => bench.Outbox.CountAsync(SiteScope.All, target, Stop), c => c.GetValueOrDefault(DeliveryState.Delivered) == count, $"{count} punches at {target}");

    private static void With(Bench bench, string begins, params IReadOnlyList<PlayedTarget> targets) => bench.Configure = builder =>
    {
        foreach (PlayedTarget target in targets) builder.Services.AddDeliveryTarget(new(target.Name, begins), Quick, _ => target);
    };

    private static async Task<Bench> StartAsync(string begins, params IReadOnlyList<PlayedTarget> targets)
    {
        Bench bench = await Bench.StartAsync();
        await bench.CloseAsync();
        With(bench, begins, targets);
        await bench.OpenAsync();
        return bench;
    }
}
