using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Reconciliation;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery.Faults;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>Section 9 (g) of the API facts: a terminal was offline, its punches come after the platform judged the day, or into a sealed month.</summary>
public sealed class LateVerdictTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("late_results=rewritten", null, 0)]
    [InlineData("late_results=kept", null, 1)]
    [InlineData("late_results=rewritten", "sealed_through=2026-09-15", 1)]
    public async Task A_late_punch_is_there_once_and_where_its_day_still_says_not_signed_hr_is_told(string results, string? isSealed, int told)
    {
        (Bench bench, ShiftedClock clock, List<Punch> punches) = await StartAsync([results, .. isSealed is null ? Array.Empty<string>() : [isSealed]]);
        await using Bench _ = bench;
        await Same.DrainAsync(bench, clock, punches);
        await Same.AsOursAsync(bench, punches, $"{results} {isSealed}");

        clock.Advance(TimeSpan.FromHours(1));
        ReconcileRun run = (await bench.Get<ReconcileService>().LookAsync(now: true, Stop))!;
        (run.State, run.Counts.Same, run.Counts.Different).ShouldBe(("done", 2L, false));
        IReadOnlyList<ReconcileFinding> found = [.. (await bench.Get<IReconcileStore>().FindingsAsync(SiteScope.All, run.Id, 10, Stop)).Where(f => f.Kind == "not-counted")];
        found.Select(f => (f.Person, f.At)).ShouldBe(told == 0 ? [] : [("ada", punches[0].At)], "grace's came in time; ada's evening, which nobody punched, is missing truly");
        ExceptionRow[] rows = [.. (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 20, Stop)).Where(r => r.Code == LateVerdicts.Code)];
        rows.Length.ShouldBe(told);
        if (told > 0) rows[0].Text.ShouldBe("ada, 2026-09-15");
        run.Counts.Calls.ShouldBe(3, "two for eight days of records, one for the day with a late punch");
    }

    [Theory]
    [InlineData("sealed=error", "reason.")]
    [InlineData("sealed=silent-drop", "reason.not_recorded")]
    public async Task What_a_sealed_month_does_not_take_is_a_dead_letter_with_its_reason(string policy, string reason)
    {
        (Bench bench, ShiftedClock clock, List<Punch> punches) = await StartAsync([policy, "sealed_through=2026-09-15"]);
        await using Bench _ = bench;
        await bench.UntilAsync(punches[1], DeliveryState.Delivered);
        if (policy == "sealed=silent-drop")
        {
            await bench.UntilAsync(punches[0], DeliveryState.Delivered);
            for (int i = 0; i < 6 && (await bench.FindAsync(punches[0])).Delivery != DeliveryState.Dead; i++)
            {
                await bench.Get<Verifier>().PassAsync(Stop);
                clock.Advance(TimeSpan.FromHours(1));
            }
        }

        (await bench.UntilAsync(punches[0], DeliveryState.Dead)).ReasonCode.ShouldNotBeNull().ShouldStartWith(reason);
        (await bench.Platform.RecordsAsync()).ShouldHaveSingleItem().Person.ShouldBe("grace");
    }

    // Ada's terminal came back the next morning with the day before; grace punched then and there.
    private static async Task<(Bench Bench, ShiftedClock Clock, List<Punch> Punches)> StartAsync(IReadOnlyList<string> platform)
    {
        ShiftedClock clock = new("2026-09-16 09:05");
        Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Site:Shift=09:00-18:00");
        foreach (string one in platform)
        {
            if (one.StartsWith("sealed_through=", StringComparison.Ordinal)) await bench.Platform.SetAsync(new { sealed_through = one.Split('=')[1] });
            else await bench.Platform.SetAsync(one);
        }

        LedgerMaker ledger = new();
        List<Punch> punches = [ledger.Next("ada", ShiftedClock.At("2026-09-15 08:55")), ledger.Next("grace", ShiftedClock.At("2026-09-16 09:01"))];
        await bench.AppendAsync(ledger, punches);
        return (bench, clock, punches);
    }
}
