using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Reconciliation;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery.Faults;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>The nightly comparison: both ways, inside the budget, resumable, and what is missing is sent again once.</summary>
public sealed class ReconcileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_platform_lost_is_noted_first_and_sent_again_after_the_second_night()
    {
        (Bench bench, ShiftedClock clock, List<Punch> punches) = await StartAsync();
        await using Bench _ = bench;
        await bench.Platform.RemoveAsync("ada", punches[0].At);

        ReconcileRun first = await CompareAsync(bench);
        (first.State, first.Counts.Missing, first.Counts.Repaired, first.Counts.Same).ShouldBe(("done", 1, 0, punches.Count - 1));
        (await bench.FindAsync(punches[0])).Delivery.ShouldBe(DeliveryState.Delivered, "its list may lag");
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldContain(r => r.Source == ReconcileService.Source);

        clock.Advance(TimeSpan.FromDays(1));
        ReconcileRun second = await CompareAsync(bench);
        (second.Counts.Missing, second.Counts.Repaired).ShouldBe((1, 1));
        await Same.DrainAsync(bench, clock, punches);
        await Same.AsOursAsync(bench, punches);

        clock.Advance(TimeSpan.FromDays(1));
        (await CompareAsync(bench)).Counts.Different.ShouldBeFalse();
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldNotContain(r => r.Source == ReconcileService.Source);
    }

    [Fact]
    public async Task What_stays_missing_after_it_was_sent_again_is_a_dead_letter_and_not_sent_for_ever()
    {
        (Bench bench, ShiftedClock clock, List<Punch> punches) = await StartAsync();
        await using Bench _ = bench;
        for (int night = 0; night < 3; night++)
        {
            if ((await bench.Platform.RecordsAsync()).Any(r => r.At == punches[0].At)) await bench.Platform.RemoveAsync("ada", punches[0].At);
            await CompareAsync(bench);
            if (night < 2) await bench.UntilAsync(punches[0], DeliveryState.Delivered);
            clock.Advance(TimeSpan.FromDays(1));
        }

        (await bench.FindAsync(punches[0])).ReasonCode.ShouldBe("reason.not_recorded");
        (await bench.Platform.UploadsAsync()).ShouldBe(punches.Count + 1);
    }

    [Fact]
    public async Task A_list_that_is_suddenly_empty_sends_nothing_again()
    {
        (Bench bench, ShiftedClock clock, List<Punch> punches) = await StartAsync(people: 40);
        await using Bench _ = bench;
        foreach (Punch punch in punches) await bench.Platform.RemoveAsync(punch.Person, punch.At);
        for (int night = 0; night < 3; night++)
        {
            ReconcileRun run = await CompareAsync(bench);
            (run.Counts.Missing, run.Counts.Repaired).ShouldBe((40, 0));
            clock.Advance(TimeSpan.FromDays(1));
        }

        (await bench.Platform.UploadsAsync()).ShouldBe(40);
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldContain(r => r.Source == ReconcileService.Source);
    }

    [Fact]
    public async Task Rows_of_others_are_information_a_second_row_and_another_time_are_faults()
    {
        (Bench bench, ShiftedClock clock, List<Punch> punches) = await StartAsync();
        await using Bench _ = bench;
        await bench.Platform.AddAsync("ada", ShiftedClock.At("2026-09-15 12:00"), "");
        await bench.Platform.AddAsync("ada", punches[0].At, "m2-001");
        await bench.Platform.RemoveAsync("grace", punches[1].At);
        await bench.Platform.AddAsync("grace", punches[1].At + (8 * 3_600_000L), "m2-001");

        ReconcileRun run = await CompareAsync(bench);

        (run.Counts.Others, run.Counts.Doubled, run.Counts.WrongTime, run.Counts.Missing).ShouldBe((1, 1, 1, 0));
        IReadOnlyList<ReconcileFinding> found = await bench.Get<IReconcileStore>().FindingsAsync(SiteScope.All, run.Id, 10, Stop);
        ReconcileFinding wrong = found.Single(f => f.Kind == "wrong-time");
        (wrong.Person, wrong.At, wrong.OtherAt).ShouldBe(("grace", punches[1].At, punches[1].At + (8 * 3_600_000L)));
        found[^1].Kind.ShouldBe("other", "faults come first");
        clock.Advance(TimeSpan.FromDays(1));
        (await CompareAsync(bench)).Counts.Repaired.ShouldBe(0, "sending it again would double it");
        (await bench.Platform.UploadsAsync()).ShouldBe(punches.Count);
    }

    [Fact]
    public async Task A_dead_letter_that_is_there_after_all_is_delivered_and_not_sent()
    {
        (Bench bench, ShiftedClock _, List<Punch> punches) = await StartAsync();
        await using Bench __ = bench;
        StoredPunch stored = await bench.FindAsync(punches[2]);
        await bench.Outbox.MarkAsync(stored.Id, new(DeliveryState.Dead) { ReasonCode = "reason.never_settled", Attempts = 1 }, Stop);

        await CompareAsync(bench);

        StoredPunch after = await bench.FindAsync(punches[2]);
        (after.Delivery, after.ReasonCode).ShouldBe((DeliveryState.Delivered, null));
        after.ProvedAt.ShouldNotBeNull();
        await Same.AsOursAsync(bench, punches);
    }

    [Fact]
    public async Task A_run_goes_on_after_a_restart_where_it_was_and_counts_nobody_twice()
    {
        (Bench bench, ShiftedClock _, List<Punch> punches) = await StartAsync(people: 120);
        await using Bench __ = bench;
        // The second of three groups finds the platform away.
        await bench.Platform.FaultAsync(new { kind = "http-error", status = 503, api = PlayedPlatform.RecordList });
        ReconcileRun run = await CompareAsync(bench);
        (run.State, run.Counts.People).ShouldBe(("running", 0));
        await bench.Platform.ClearFaultsAsync();
        await bench.Get<IReconcileStore>().SaveAsync(run.Id, "p049", ReconcileCounts.None with { People = 50, Ours = 50, Theirs = 50, Same = 50 }, [], Stop);
        await bench.CloseAsync();
        await bench.OpenAsync();

        ReconcileRun done = (await bench.Get<ReconcileService>().LookAsync(now: false, Stop))!;

        (done.Id, done.State, done.Counts.People, done.Counts.Same).ShouldBe((run.Id, "done", 120, punches.Count));
    }

    [Fact]
    public async Task WeCom_95985_a_night_makes_no_more_calls_than_it_may_and_the_next_goes_on_with_the_others()
    {
        (Bench bench, ShiftedClock clock, List<Punch> _) = await StartAsync(people: 120, "--Bridge:Platform:ReconcileCalls=4");
        await using Bench __ = bench;
        // Seven days are one question of seven days less a second, and one for the rest.
        ReconcileRun first = await CompareAsync(bench);
        (first.State, first.ReasonCode, first.Counts.People, first.Counts.Calls).ShouldBe(("stopped", "reason.reconcile_calls", 100, 4));

        clock.Advance(TimeSpan.FromDays(1));
        ReconcileRun second = await CompareAsync(bench);
        (second.State, second.Counts.People).ShouldBe(("done", 20));
        var calls = await bench.Get<CallBudget>().CallsAsync(bench.Get<IPlatformTarget>(), Stop);
        calls["reconciliation"].ShouldBe(7, "one more for a day whose punches came late");
    }

    [Fact]
    public async Task The_last_calls_of_the_month_are_left_to_punches_in_doubt()
    {
        (Bench bench, ShiftedClock _, List<Punch> punches) = await StartAsync(people: 2, "--Bridge:Platform:MonthlyCalls=12", "--Bridge:Platform:KeptForProofs=10");
        await using Bench __ = bench;
        // Two uploads are made; the comparison may take eight more, and two stay.
        for (int i = 0; i < 8; i++) await bench.Get<CallBudget>().TryTakeAsync(bench.Get<IPlatformTarget>(), CallKind.Reconciliation, 2, false, Stop);

        ReconcileRun run = await CompareAsync(bench);

        (run.State, run.ReasonCode, punches.Count).ShouldBe(("stopped", "reason.budget", 2));
        (await bench.Get<CallBudget>().TryTakeAsync(bench.Get<IPlatformTarget>(), CallKind.Proof, 0, false, Stop)).ShouldNotBeNull();
    }

    [Fact]
    public async Task It_begins_by_itself_at_its_hour_once_a_night()
    {
        (Bench bench, ShiftedClock clock, List<Punch> _) = await StartAsync(people: 2, "--Bridge:Platform:ReconcileHour=3");
        await using Bench __ = bench;
        ReconcileService service = bench.Get<ReconcileService>();
        (await service.LookAsync(now: false, Stop)).ShouldBeNull("the first one waits for its hour");
        clock.Set("2026-09-17 03:01");
        (await service.LookAsync(now: false, Stop))!.Day.ShouldBe("2026-09-17");
        (await service.LookAsync(now: false, Stop)).ShouldBeNull();
        clock.Set("2026-09-18 09:00");
        (await service.LookAsync(now: false, Stop))!.Day.ShouldBe("2026-09-18", "the bridge was down at night");
    }

    [Fact]
    public void A_punch_that_is_on_its_way_claims_its_row_and_nothing_is_concluded()
    {
        OurPunch sending = Our(1, "ada", 60_000, DeliveryState.Sending), pending = Our(2, "ada", 600_000, DeliveryState.Pending);

        Comparison compared = RecordComparer.Compare([sending, pending], [new("r1", "ada", 60_000, "m2-001", null)]);

        (compared.Same.Count, compared.Missing.Count, compared.Others.Count, compared.Doubled.Count).ShouldBe((0, 0, 0, 0));
    }

    [Fact]
    public void Two_punches_of_a_minute_keep_their_own_rows_and_the_right_person_is_asked_for()
    {
        OurPunch one = Our(1, "ada", 61_000, DeliveryState.Delivered), two = Our(2, "ada", 95_000, DeliveryState.Delivered), other = Our(3, "grace", 200_000, DeliveryState.Delivered);

        Comparison compared = RecordComparer.Compare([one, two, other], [new("r2", "ada", 95_000, "m2-001", null), new("r3", "alan", 200_000, "m2-001", null)]);

        compared.Same.ShouldHaveSingleItem().Ours.ShouldBe(two);
        compared.Missing.ShouldBe([one]);
        compared.WrongPerson.ShouldHaveSingleItem().Ours.ShouldBe(other);
    }

    private static OurPunch Our(long id, string person, long at, DeliveryState state) => new(new(id, new("m2-001", Guid.Empty, id), person, at, state, null, false), "m2-001");

    private static async Task<ReconcileRun> CompareAsync(Bench bench) => (await bench.Get<ReconcileService>().LookAsync(now: true, Stop))!;

    private static async Task<(Bench, ShiftedClock, List<Punch>)> StartAsync(int people = 2, params IReadOnlyList<string> settings)
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        Bench bench = await Bench.StartAtAsync(clock, ["--Bridge:Platform:CallsPerSecond=1000", .. settings]);
        LedgerMaker ledger = new();
        List<string> names = people == 2 ? ["ada", "grace"] : [.. Enumerable.Range(0, people).Select(i => $"p{i:000}")];
        if (people > 2) await bench.Platform.PeopleAsync(names);
        await bench.Platform.SetAsync(new { calls_per_second = 1000 });
        List<Punch> punches = [.. Enumerable.Range(0, people == 2 && settings.Count == 0 ? 4 : people).Select(i => ledger.Next(names[i % names.Count], ShiftedClock.At("2026-09-15 08:00") + (i * 70_000L)))];
        foreach (Punch[] batch in punches.Chunk(100)) await bench.AppendAsync(ledger, batch);
        await Same.DrainAsync(bench, clock, punches);
        return (bench, clock, punches);
    }
}
