using Devices.Bridge.Operations;
using Devices.Bridge.Store.Sql;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using MQTTnet;
using Until = Devices.Bridge.Tests.Kit.Until;

namespace Devices.Bridge.Tests.Operations;

/// <summary>saifulcoder/adms-server-ZKTeco#17: device online, page empty. Each stage counts for itself.</summary>
public sealed class CounterTests
{
    [Fact]
    public async Task Adms_server_ZKTeco_17_each_stage_counts_what_it_saw_repeats_and_refusals_apart()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
        TestLedger ledger = new TestLedger("m2-001").AddMany(10);
        (await terminal.PublishAsync(ledger.Batch(1, 6))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await terminal.PublishAsync(ledger.Batch(4, 4))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success); // 3 again, 1 new
        (await terminal.PublishAsync(ledger.Batch(9, 2))).ReasonCode.ShouldNotBe(MqttClientPublishReasonCode.Success); // gap
        (await other.PublishAsync(new TestLedger("m2-002").AddMany(2).All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        IReadOnlyList<StoredPunch> all = await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 100);
        await bridge.Get<IOutboxStore>().MarkAsync(all[0].Id, new(DeliveryState.Delivered) { Attempts = 1, DeliveredAt = 1 });
        await bridge.Get<IOutboxStore>().MarkAsync(all[1].Id, new(DeliveryState.Dead) { Attempts = 1 });
        await bridge.Get<IOutboxStore>().MarkAsync(all[2].Id, new(DeliveryState.Skipped) { Attempts = 0 });

        TerminalCounts expected = new() { Terminal = "m2-001", Received = 12, Repeated = 3, Refused = 2, Stored = 7, Delivered = 2, Shown = 7 };
        await Until.TrueAsync(async () => (await bridge.Get<ICounterStore>().CountsAsync(SiteScope.All)).Sum(one => one.Shown) == 9, "all are counted as shown");
        (await bridge.Get<ICounterStore>().CountsAsync(SiteScope.All)).ShouldBe([expected, new() { Terminal = "m2-002", Received = 2, Stored = 2, Shown = 2 }]);
        (await bridge.Get<ITerminalStore>().CompletenessAsync(SiteScope.All)).Single(one => one.Terminal.Name == "m2-001").Through.ShouldBe(7);

        await bridge.RestartAsync();
        (await bridge.Get<ICounterStore>().CountsAsync(SiteScope.All))[0].ShouldBe(expected, "counted in the punches' own transaction");
    }

    [Fact]
    public async Task A_punch_that_is_stored_but_not_shown_stands_out_on_the_page_and_in_the_api()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await HrSite.StartAsync();
        LedgerMaker ledger = new();
        await site.Bench.Get<IFleetStore>().AddClaimAsync(new byte[32], "m2-001", long.MaxValue);
        await site.Bench.AppendAsync(ledger, ledger.Next("ada", Bench.Now(60)), ledger.Next("ada", Bench.Now(30)));
        await Until.TrueAsync(async () => (await site.Bench.Get<ICounterStore>().CountsAsync(SiteScope.All)).Single().Shown == 2, "both are shown");
        // A third, without its row in the outbox, which every list joins: stored, and on no page.
        await site.Bench.Get<SqlDatabase>().WriteAsync(session =>
        {
            session.Execute(
                """
                INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, chain, received_at)
                SELECT terminal, ledger, 3, person, at + 1000, clock, uncertainty_ms, method, direction, chain, received_at FROM punches WHERE seq = 2
                """);
            session.Execute("INSERT INTO terminals (name, created_at, ledger) SELECT terminal, 0, ledger FROM ledgers WHERE terminal = 'm2-001' ON CONFLICT (name) DO UPDATE SET ledger = excluded.ledger");   // as its enrolment and hello would
            return session.Execute("UPDATE terminal_counts SET received = received + 1, stored = stored + 1");
        });
        await site.Bench.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<ShownCounter>().Single().StepAsync(TestContext.Current.CancellationToken);
        using HrSite.Browser browser = await site.LogInAsync(), nobody = site.Open();
        using (HttpResponseMessage answer = await browser.GetAsync("/api/v1/terminals"))
        {
            await file.CheckAsync("/api/v1/terminals", HttpMethod.Get, answer);
            JsonElement counts = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("terminals")[0];
            (counts.GetProperty("received").GetInt64(), counts.GetProperty("stored").GetInt64(), counts.GetProperty("delivered").GetInt64(), counts.GetProperty("shown").GetInt64()).ShouldBe((3, 3, 1, 2));
        }
        using (HttpResponseMessage answer = await nobody.GetAsync("/api/v1/terminals")) await file.CheckAsync("/api/v1/terminals", HttpMethod.Get, answer);
        string page = await browser.PageAsync("/terminals");
        page.ShouldContain("Received: punches that came from the terminal");
        page.ShouldContain("data-stored=\"3\"");
        page.ShouldContain("data-shown=\"2\"");
        page.ShouldContain("1 stored but not shown");
    }
}
