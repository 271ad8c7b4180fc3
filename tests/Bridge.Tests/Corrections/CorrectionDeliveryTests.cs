using Devices.Bridge.Corrections;
using Devices.Bridge.Delivery.Reconciliation;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Corrections;

/// <summary>What the platform gets of corrections, in a whole bridge with the played platform.</summary>
public sealed class CorrectionDeliveryTests
{
    private static readonly Corrector Lin = new("lin", SiteScope.All, true, [], null);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_added_punch_goes_to_the_platform_once_even_where_its_answer_is_lost()
    {
        ShiftedClock clock = new("2026-09-16 20:00");
        await using Bench bench = await Bench.StartAtAsync(clock);
        await RosterAsync(bench);
        await bench.Platform.FaultAsync(new { kind = "close-after-recording", api = PlayedPlatform.Upload, count = 1 });

        CorrectionAnswer answer = await bench.Get<CorrectionDesk>().AddAsync(Lin, "ada", ShiftedClock.At("2026-09-16 08:30"), PunchDirection.In, "", new("forgot", "The door stood open.", "r1"), Stop);
        answer.Done.ShouldBeTrue();
        StoredPunch added = (await bench.Get<IEffectivePunches>().OfPersonAsync(SiteScope.All, "ada", 0, long.MaxValue, Stop)).Single();
        for (int i = 0; i < 200 && (await bench.FindAsync(added.Punch)).Delivery != DeliveryState.Delivered; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(50, Stop);
        }

        (await bench.Platform.RecordsAsync()).Select(r => (r.Person, r.At)).ShouldBe([("ada", added.Punch.At)]);
        (await bench.FindAsync(added.Punch)).Delivery.ShouldBe(DeliveryState.Delivered);
    }

    [Fact]
    public async Task A_voided_punch_that_is_there_is_listed_is_not_sent_again_and_leaves_the_list_when_it_is_gone()
    {
        ShiftedClock clock = new("2026-09-16 20:00");
        await using Bench bench = await Bench.StartAtAsync(clock);
        await RosterAsync(bench);
        LedgerMaker ledger = new();
        List<Punch> punches = [ledger.Next("ada", ShiftedClock.At("2026-09-16 08:30")), ledger.Next("ada", ShiftedClock.At("2026-09-16 18:00"))];
        await bench.AppendAsync(ledger, punches);
        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);
        clock.Advance(TimeSpan.FromHours(1));
        ReconcileService service = bench.Get<ReconcileService>();
        (await service.LookAsync(now: true, Stop))!.Counts.Same.ShouldBe(2);
        CorrectionDesk desk = bench.Get<CorrectionDesk>();
        (await desk.ChangeAsync(Lin, CorrectionKind.Reassign, (await bench.FindAsync(punches[0])).Id, "grace", 0, new("wrong_person", "She was on leave.", "r1"), Stop)).Done.ShouldBeTrue();
        StoredPunch standIn = (await bench.Get<IEffectivePunches>().OfPersonAsync(SiteScope.All, "grace", 0, long.MaxValue, Stop)).Single();
        await bench.UntilAsync(standIn.Punch, DeliveryState.Delivered);
        ICorrectionStore corrections = bench.Get<ICorrectionStore>();

        (await corrections.DifferencesAsync(SiteScope.All, 10, Stop)).Select(d => d.Punch.Punch.Seq).ShouldBe([1L]);
        clock.Advance(TimeSpan.FromHours(1));
        await service.LookAsync(now: true, Stop);
        (await corrections.DifferencesAsync(SiteScope.All, 10, Stop)).Count.ShouldBe(1, "it is there still");

        await bench.Platform.RemoveAsync("ada", punches[0].At);
        for (int i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            ReconcileRun run = (await service.LookAsync(now: true, Stop))!;
            (run.Counts.Missing, run.Counts.Repaired).ShouldBe((0, 0), "that it is gone is as it should be");
        }

        (await corrections.DifferencesAsync(SiteScope.All, 10, Stop)).ShouldBeEmpty();
        (await bench.Platform.RecordsAsync()).Select(r => (r.Person, r.At)).Order().ShouldBe([("ada", punches[1].At), ("grace", punches[0].At)]);
    }

    private static Task RosterAsync(Bench bench) => bench.Get<IPeopleStore>().ReconcileAsync([], [new Person("ada", "Ada", null, true, []), new Person("grace", "Grace", null, true, [])], Stop);
}
