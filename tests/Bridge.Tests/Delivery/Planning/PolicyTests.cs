using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Planning;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery.Faults;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery.Planning;

/// <summary>Policies and budget over the whole way to the platform.</summary>
public sealed class PolicyTests
{
    private const string Shift = "--Bridge:Site:Shift=09:00-18:00";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_and_last_of_a_day_go_out_the_rest_is_listed_with_its_reason_and_can_be_sent_anyway()
    {
        await using Bench bench = await Bench.StartAtAsync(new ShiftedClock("2026-09-16 10:00"), Shift, "--Bridge:Platform:Policy=first-last");
        LedgerMaker ledger = new();
        List<Punch> day = [.. ((string[])["08:30", "12:01", "13:02", "18:10"]).Select(t => ledger.Next("ada", ShiftedClock.At($"2026-09-15 {t}")))];
        await bench.AppendAsync(ledger, day);

        await bench.UntilAsync(day[3], DeliveryState.Delivered);
        StoredPunch skipped = await bench.UntilAsync(day[1], DeliveryState.Skipped);
        await bench.UntilAsync(day[2], DeliveryState.Skipped);
        skipped.ReasonCode.ShouldBe("reason.policy_first_last");
        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([day[0].At, day[3].At]);

        await bench.Outbox.ResendAsync(SiteScope.All, [skipped.Id], Stop);

        await bench.UntilAsync(day[1], DeliveryState.Delivered);
        (await bench.FindAsync(day[2])).Delivery.ShouldBe(DeliveryState.Skipped);
    }

    [Fact]
    public async Task The_last_out_waits_for_the_days_end_and_blocks_nobody()
    {
        ShiftedClock clock = new("2026-09-16 18:12");
        await using Bench bench = await Bench.StartAtAsync(clock, Shift, "--Bridge:Platform:Policy=first-last");
        LedgerMaker gate = new("m2-001"), annex = new("m2-002");
        Punch lunch = gate.Next("ada", ShiftedClock.At("2026-09-16 12:01")), evening = gate.Next("ada", ShiftedClock.At("2026-09-16 18:10"));
        await bench.AppendAsync(gate, lunch, evening);
        await bench.UntilAsync(lunch, DeliveryState.Delivered);
        StoredPunch waiting = await bench.UntilAsync(evening, DeliveryState.Deferred);
        (waiting.ReasonCode, waiting.NextAttemptAt).ShouldBe(("reason.waits_day_end", ShiftedClock.At("2026-09-16 19:10")));

        // The other gate was offline: the true first-in comes now, and it goes out at once.
        Punch morning = annex.Next("ada", ShiftedClock.At("2026-09-16 08:30"));
        await bench.AppendAsync(annex, morning);
        await bench.UntilAsync(morning, DeliveryState.Delivered);
        // So does a later last-out, before the first one's hour is over.
        clock.Set("2026-09-16 19:02");
        Punch later = gate.Next("ada", ShiftedClock.At("2026-09-16 19:01"));
        await bench.AppendAsync(gate, later);
        await bench.UntilAsync(later, DeliveryState.Deferred);

        clock.Set("2026-09-16 20:02");

        await bench.UntilAsync(later, DeliveryState.Delivered);
        (await bench.UntilAsync(evening, DeliveryState.Skipped)).ReasonCode.ShouldBe("reason.policy_first_last");
        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([lunch.At, morning.At, later.At]);
    }

    [Fact]
    public async Task With_few_calls_left_first_in_and_last_out_go_first_and_the_rest_when_there_are_more()
    {
        ShiftedClock clock = new("2026-09-16 20:00");
        await using Bench bench = await Bench.StartAtAsync(clock, Shift, "--Bridge:Platform:MonthlyCalls=40", "--Bridge:Platform:KeptForProofs=0");
        // Yesterday ten people came: the rest of the month takes more than there is.
        for (int i = 0; i < 10; i++) await bench.Get<ICallStore>().TakeAsync("2026-08", "upload", 1000, "2026-09-15", Stop);
        // The outlook is looked at anew each minute.
        clock.Advance(TimeSpan.FromMinutes(2));
        LedgerMaker ledger = new();
        List<Punch> punches = [];
        foreach (string person in (string[])["ada", "grace"])
            punches.AddRange(((string[])["08:30", "12:01", "13:02", "18:10"]).Select(t => ledger.Next(person, ShiftedClock.At($"2026-09-16 {t}"))));
        await bench.AppendAsync(ledger, punches);

        foreach (int i in (int[])[0, 3, 4, 7]) await bench.UntilAsync(punches[i], DeliveryState.Delivered);
        foreach (int i in (int[])[1, 2, 5, 6]) (await bench.UntilAsync(punches[i], DeliveryState.Deferred)).ReasonCode.ShouldBe("reason.waits_budget");
        (await bench.Get<ISendPlanStore>().DeferredAsync(Stop))["reason.waits_budget"].ShouldBe(4);
        bench.Get<DeliveryStatus>().Current.ShouldBeNull("saving is no stop");

        // HR needs one of them now.
        await bench.Outbox.ResendAsync(SiteScope.All, [(await bench.FindAsync(punches[1])).Id], Stop);
        await bench.UntilAsync(punches[1], DeliveryState.Delivered);

        await bench.ReopenAsync("--Bridge:Platform:MonthlyCalls=5000");

        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(8);
    }

    [Fact]
    public async Task What_waited_for_budget_goes_out_in_the_new_month()
    {
        ShiftedClock clock = new("2026-09-30 20:00");
        await using Bench bench = await Bench.StartAtAsync(clock, Shift, "--Bridge:Platform:MonthlyCalls=100", "--Bridge:Platform:KeptForProofs=0");
        for (int i = 0; i < 98; i++) await bench.Get<ICallStore>().TakeAsync("2026-09", "upload", 1000, i < 2 ? "2026-09-29" : null, Stop);
        clock.Advance(TimeSpan.FromMinutes(2));
        LedgerMaker ledger = new();
        List<Punch> punches = [.. ((string[])["08:30", "12:01", "18:10"]).Select(t => ledger.Next("ada", ShiftedClock.At($"2026-09-30 {t}")))];
        await bench.AppendAsync(ledger, punches);
        await bench.UntilAsync(punches[2], DeliveryState.Delivered);
        await bench.UntilAsync(punches[1], DeliveryState.Deferred);

        clock.Set("2026-10-01 00:05");

        await bench.UntilAsync(punches[1], DeliveryState.Delivered);
    }

    [Fact]
    public async Task Outside_the_shift_nothing_is_sent_where_the_policy_says_so()
    {
        await using Bench bench = await Bench.StartAtAsync(new ShiftedClock("2026-09-16 10:00"), Shift, "--Bridge:Platform:Policy=shift-windows");
        LedgerMaker ledger = new();
        Punch sunday = ledger.Next("ada", ShiftedClock.At("2026-09-13 12:00")), early = ledger.Next("ada", ShiftedClock.At("2026-09-15 05:00")),
            morning = ledger.Next("ada", ShiftedClock.At("2026-09-15 08:55")), noon = ledger.Next("ada", ShiftedClock.At("2026-09-15 12:00"));
        await bench.AppendAsync(ledger, sunday, early, morning, noon);

        await bench.UntilAsync(noon, DeliveryState.Delivered);
        foreach (Punch punch in (Punch[])[early, sunday]) (await bench.UntilAsync(punch, DeliveryState.Skipped)).ReasonCode.ShouldBe("reason.policy_outside_shift");
        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([morning.At, noon.At]);
    }

    [Fact]
    public async Task Uploads_leave_calls_for_what_is_in_doubt_and_asking_goes_on_while_they_wait()
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Platform:MonthlyCalls=20", "--Bridge:Platform:KeptForProofs=8", "--Bridge:Platform:SettleSeconds=60");
        CallBudget budget = bench.Get<CallBudget>();
        IPlatformTarget target = bench.Get<IPlatformTarget>();
        LedgerMaker ledger = new();
        Punch lost = ledger.Next("ada", ShiftedClock.At("2026-09-16 08:00")), waiting = ledger.Next("grace", ShiftedClock.At("2026-09-16 08:01"));
        await bench.Platform.FaultAsync(new { kind = "close-after-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, lost);
        await bench.UntilAsync(lost, DeliveryState.Ambiguous);
        while (await budget.TryTakeAsync(target, CallKind.Upload, budget.Reserve, false, Stop) is not null) await Task.Yield();
        clock.Advance(TimeSpan.FromSeconds(5));
        await bench.AppendAsync(ledger, waiting);
        await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p?.Kind == PauseKind.Budget, "the pause");

        clock.Advance(TimeSpan.FromSeconds(61));

        (await bench.UntilAsync(lost, DeliveryState.Delivered)).ProvedAt.ShouldNotBeNull();
        bench.Get<DeliveryStatus>().Current!.Kind.ShouldBe(PauseKind.Budget, "nothing is sent meanwhile");
        (await bench.FindAsync(waiting)).Delivery.ShouldBe(DeliveryState.Waiting);
        var calls = await budget.CallsAsync(target, Stop);
        (calls["upload"], calls["proof"], calls[CallBudget.Meter]).ShouldBe((12, 1, 13));
    }

    [Fact]
    public async Task A_policy_of_windows_without_a_shift_is_refused_at_start() =>
        (await Should.ThrowAsync<BridgeStartException>(() => Bench.StartAsync(null, "--Bridge:Platform:Policy=shift-windows"))).Message.ShouldContain("Bridge:Site:Shift");
}
