using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

public sealed class BudgetTests
{
    [Fact]
    public async Task Delivery_waits_visibly_when_the_months_calls_are_used_up_and_nothing_dies()
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:MonthlyCalls=3", "--Bridge:Platform:KeptForUploads=0");
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 6).Select(i => ledger.Next("ada", Bench.Now(100 - i)))];
        await bench.AppendAsync(ledger, punches);

        Pause pause = (await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p is not null, "the pause"))!;

        pause.Kind.ShouldBe(PauseKind.Budget);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(3);
        (await bench.Platform.CallsAsync())["metered"]!.GetValue<long>().ShouldBe(3);
        IReadOnlyDictionary<DeliveryState, long> counts = await Until.Async(() => bench.Outbox.CountAsync(SiteScope.All), c => c.GetValueOrDefault(DeliveryState.Sending) == 0, "the last call to end");
        counts.GetValueOrDefault(DeliveryState.Delivered).ShouldBe(3);
        counts.GetValueOrDefault(DeliveryState.Dead).ShouldBe(0);
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, TestContext.Current.CancellationToken)).ShouldContain(r => r.Code == "reason.budget");
    }

    [Fact]
    public async Task The_count_survives_a_restart()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        await bench.UntilAsync(punch, DeliveryState.Delivered);

        await bench.CloseAsync();
        await bench.OpenAsync();

        (await bench.MeteredAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_platforms_own_end_of_the_month_is_a_wait_and_no_dead_letter()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.Platform.FaultAsync(new { kind = "month-exhausted", api = PlayedPlatform.Upload });
        await bench.AppendAsync(ledger, punch);

        await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p?.Kind == PauseKind.Budget, "the pause");

        (await bench.UntilAsync(punch, DeliveryState.Waiting)).ReasonCode.ShouldBe("reason.month_used_up");
    }
}
