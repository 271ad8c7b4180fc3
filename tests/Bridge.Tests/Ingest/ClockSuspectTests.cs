using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Devices.Contract.Punches;
using MQTTnet;

namespace Devices.Bridge.Tests.Ingest;

/// <summary>A time that cannot be right as it is: stored, shown, held back; never dropped, changed or sent in silence.</summary>
public sealed class ClockSuspectTests
{
    private const long Now = 1_772_438_400_000;
    private const long Minute = 60_000, Day = 86_400_000;

    [Theory]
    [InlineData(0, null)]
    [InlineData(5, null)]
    [InlineData(6, ClockJudge.Ahead)]
    [InlineData(60 * 24 * 365 * 37, ClockJudge.Ahead)] // fananimi/pyzk: years 2063 and 2110
    [InlineData(-60 * 24 * 59, null)]
    [InlineData(-60 * 24 * 61, ClockJudge.Old)]
    [InlineData(-60 * 24 * 365 * 26, ClockJudge.Old)] // the year 2000
    public void A_first_punch_is_judged_by_when_it_arrives(int minutes, string? code) =>
        ClockJudge.Of(Punch(Now + minutes * Minute), Now, null, new())?.Code.ShouldBe(code);

    [Theory]
    [InlineData(PunchMethod.Face, 15, null)]
    [InlineData(PunchMethod.Face, 16, ClockJudge.Back)]
    [InlineData(PunchMethod.Card, 16, null)]
    [InlineData(PunchMethod.Pin, 1440, null)]
    [InlineData(PunchMethod.Card, 1441, ClockJudge.Back)]
    public void Biometric_attendance_sync_tool_80_a_punch_before_the_last_good_one_is_suspect_but_entries_that_waited_on_the_controller_may_be_late(
        PunchMethod method, int minutesBack, string? code) =>
        (ClockJudge.Of(Punch(Now - Day, method), Now, Now - Day + minutesBack * Minute, new())?.Code).ShouldBe(code);

    [Fact]
    public async Task Jamku_1421_a_suspect_punch_is_stored_shown_and_held_and_is_no_measure_for_the_next()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(null, "--Bridge:Ingest:ClockOldDays=60");
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        TestLedger ledger = new("m2-001");
        ledger.Add(at: now - 60 * Minute);             // good
        ledger.Add(at: now + 300 * Minute);            // in the future
        ledger.Add(at: now - 50 * Minute);             // good again: the future one is no measure
        ledger.Add(at: now - 30 * Day);                // set back
        ledger.Add(at: now - 400 * Day);               // set back, far
        ledger.Add(at: now - 40 * Minute, clock: ClockQuality.Held);
        ledger.Add(at: now - 30 * Minute);
        (await terminal.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);

        IReadOnlyList<StoredPunch> stored = await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10);
        stored.Select(one => one.Punch).ShouldBe(ledger.Punches, "stored as they came, whatever their times");
        stored.Select(one => (one.Delivery, one.ReasonCode)).ShouldBe(
        [
            (DeliveryState.Pending, null), (DeliveryState.Held, ClockJudge.Ahead), (DeliveryState.Pending, null), (DeliveryState.Held, ClockJudge.Back),
            (DeliveryState.Held, ClockJudge.Back), (DeliveryState.Held, ClockJudge.Held), (DeliveryState.Pending, null),
        ]);
        stored[3].Reason.ShouldBe("It lies 30 days before an earlier punch of the same terminal: its clock was set back.");
        ExceptionRow row = await bridge.ExceptionAsync("clock-suspect");
        (row.Terminal, row.Count).ShouldBe(("m2-001", 3));
        row.Text.ShouldNotContain("u-100");
        CompletenessRow complete = (await bridge.Get<ITerminalStore>().CompletenessAsync(SiteScope.All)).Single();
        (complete.Through, complete.CompleteUpTo).ShouldBe((7L, now - 30 * Minute));

        // Sent again, nothing is judged a second time.
        (await terminal.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await bridge.ExceptionAsync("clock-suspect")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Hr_sees_it_with_the_reason_and_lets_it_go_or_not()
    {
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        Delivery.LedgerMaker ledger = new();
        Punch ahead = ledger.Next("ada", DateTimeOffset.UtcNow.AddHours(3).ToUnixTimeMilliseconds());
        await site.Bench.AppendAsync(ledger, ahead);
        using HrSite.Browser browser = await site.LogInAsync();
        string page = await browser.PageAsync("/exceptions");
        page.ShouldContain("The punch arrived before its own time");
        page.ShouldContain("Send with this time");
        long id = (await site.Bench.FindAsync(ahead)).Id;
        await site.Bench.Outbox.ResendAsync(SiteScope.All, [id]);
        (await site.Bench.FindAsync(ahead)).Delivery.ShouldBe(DeliveryState.Pending);
        (await site.Bench.FindAsync(ahead)).Punch.ShouldBe(ahead, "the record itself never changes");
    }

    private static Punch Punch(long at, PunchMethod method = PunchMethod.Face) => new TestLedger("m2-001").Add(at: at, method: method);
}
