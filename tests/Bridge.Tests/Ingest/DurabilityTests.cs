using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using MQTTnet;
using MQTTnet.Packets;

namespace Devices.Bridge.Tests.Ingest;

public sealed class DurabilityTests
{
    [Fact]
    public async Task PUBACK_is_not_sent_while_the_store_is_blocked_and_follows_its_commit()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        await OnlineAsync(bridge, 2);
        using ManualResetEventSlim gate = new(), holding = new();
        Task blocked = bridge.Get<SqlDatabase>().WriteAsync(_ => { holding.Set(); gate.Wait(TimeSpan.FromSeconds(20)); });
        holding.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue();

        Task<MqttClientPublishResult> publish = terminal.PublishAsync(ledger.All());
        // The connection lives meanwhile: another terminal's ping is answered, so the missing PUBACK is the store's doing.
        await other.Client.PingAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Task.FromResult(bridge.Get<StorePressure>().Waiting > 0 && bridge.Get<SqlDatabase>().WaitingWrites > 0), "the batch waits for the store");
        (await Task.WhenAny(publish, Task.Delay(500, TestContext.Current.CancellationToken))).ShouldNotBe(publish);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).ShouldBeEmpty();

        gate.Set();
        await blocked;
        (await publish).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Thingsboard_gateway_509_a_store_that_cannot_commit_is_never_acknowledged_as_success()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        await bridge.Get<SqlDatabase>().DisposeAsync();

        MqttClientPublishResult result = await terminal.PublishAsync(ledger.All());
        result.ReasonCode.ShouldBe(MqttClientPublishReasonCode.UnspecifiedError);
        result.ReasonString.ShouldBe("The bridge cannot store now; send again later.");
        result.UserProperties.Single(one => one.Name == "problem").ReadValueAsString().ShouldBe(ProblemCodes.Unavailable);
        terminal.Client.IsConnected.ShouldBeTrue("the terminal may try again at once");
    }

    [Fact]
    public async Task Every_punch_acknowledged_before_a_kill_9_is_in_the_database_and_none_is_doubled_after_sending_again()
    {
        using TempDirectory directory = new();
        string data = directory.File("data");
        TestLedger ledger = new TestLedger("m2-001").AddMany(4000);
        Enrolled identity;
        long acknowledged = 0;
        using (BridgeProcess bridge = await BridgeProcess.StartAsync(data))
        {
            bridge.Output[0].ShouldStartWith("HR one-time password: ");
            (int code, string claim, _) = await BridgeProcess.RunAsync("claim", "--data", data, "--terminal", "m2-001", "--json");
            code.ShouldBe(0);
            identity = await Enrolled.EnrolAsync(bridge.Https, "m2-001", System.Text.Json.JsonDocument.Parse(claim).RootElement.GetProperty("claim").GetString()!);
            await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
            Task sending = Task.Run(async () =>
            {
                for (int from = 1; from <= 4000; from += 20)
                {
                    if ((await terminal.PublishAsync(ledger.Batch(from, 20))).ReasonCode == MqttClientPublishReasonCode.Success)
                        Interlocked.Exchange(ref acknowledged, from + 19);
                }
            });
            await Until.TrueAsync(() => Task.FromResult(Interlocked.Read(ref acknowledged) >= 400), "400 punches acknowledged");
            await bridge.KillAsync();
            await Should.ThrowAsync<Exception>(() => sending.WaitAsync(TimeSpan.FromSeconds(40)));
        }
        long sure = Interlocked.Read(ref acknowledged);
        sure.ShouldBeLessThan(4000, "the kill came in the middle");
        await using (SqliteDatabase found = SqliteDatabase.Open(Path.Combine(data, "bridge.db")))
        {
            IReadOnlyList<StoredPunch> stored = await new SqlPunchStore(found, TimeProvider.System).ListAfterAsync(SiteScope.All, 0, 5000);
            stored.Count.ShouldBeGreaterThanOrEqualTo((int)sure);
            stored.Select(one => one.Punch).ShouldBe(ledger.Punches.Take(stored.Count));
        }

        using (BridgeProcess again = await BridgeProcess.StartAsync(data))
        {
            again.Output.ShouldNotContain(line => line.Contains("one-time", StringComparison.Ordinal), "the password is told once");
            await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, again.Mqtt);
            await terminal.PublishAsync(ledger.Hello());
            StateMessage state = await terminal.StateAsync();
            state.Through.ShouldBeGreaterThanOrEqualTo(sure);
            state.Chain.ShouldBe(ledger.Punches[(int)state.Through - 1].Chain);
            for (int from = 1; from <= 4000; from += 125)
                (await terminal.PublishAsync(ledger.Batch(from, 125))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
            (await again.StopAsync()).ShouldBe(0);
        }
        await using SqliteDatabase last = SqliteDatabase.Open(Path.Combine(data, "bridge.db"));
        IReadOnlyList<StoredPunch> all = await new SqlPunchStore(last, TimeProvider.System).ListAfterAsync(SiteScope.All, 0, 5000);
        all.Select(one => one.Punch).ShouldBe(ledger.Punches);
        PunchChain.ToHex((await new SqlPunchStore(last, TimeProvider.System).FindLedgerAsync("m2-001", ledger.Id))!.Chain).ShouldBe(ledger.LastChain);
    }

    [Fact]
    public async Task A_graceful_stop_finishes_the_commit_in_hand_and_tells_terminals_why()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        await OnlineAsync(bridge, 1);
        using ManualResetEventSlim gate = new(), holding = new();
        Task blocked = bridge.Get<SqlDatabase>().WriteAsync(_ => { holding.Set(); gate.Wait(TimeSpan.FromSeconds(20)); });
        holding.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue();
        Task<MqttClientPublishResult> publish = terminal.PublishAsync(ledger.All());
        await Until.TrueAsync(() => Task.FromResult(bridge.Get<StorePressure>().Waiting > 0 && bridge.Get<SqlDatabase>().WaitingWrites > 0), "the batch waits for the store");

        Task stop = bridge.App.StopAsync(TestContext.Current.CancellationToken);
        gate.Set();
        (await publish).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        MqttClientDisconnectedEventArgs gone = await terminal.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        gone.Reason.ShouldBe(MqttClientDisconnectReason.ServerShuttingDown);
        gone.ReasonString.ShouldContain("shutting down");
        await stop;
        await blocked;
        await using SqlDatabase found = StoreSetup.Open(StoreChoice.Recall(new BridgeOptions { Data = bridge.Data }));
        (await new SqlPunchStore(found, TimeProvider.System).ListAfterAsync(SiteScope.All, 0, 10)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Many_terminals_at_once_share_commits_and_each_ends_complete()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            string name = $"m2-{i:000}";
            await using TestTerminal terminal = await bridge.ConnectAsync(name);
            TestLedger ledger = new TestLedger(name).AddMany(300);
            for (int from = 1; from <= 300; from += 30)
                (await terminal.PublishAsync(ledger.Batch(from, 30))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
            LedgerMark mark = (await bridge.Get<IPunchStore>().FindLedgerAsync(name, ledger.Id))!;
            (mark.Through, PunchChain.ToHex(mark.Chain)).ShouldBe((300L, ledger.LastChain));
        }));
        (await bridge.Get<IPunchStore>().ListAsync(SiteScope.All, new(), null, 1)).Total.Number.ShouldBe(4800);
    }

    // A connection counts as served once its own row is written.
    private static Task OnlineAsync(TestBridge bridge, int count) => Until.TrueAsync(
        async () => (await bridge.Get<ITerminalStore>().ListTerminalsAsync(SiteScope.All)).Count(one => one.Online) == count, "terminals online");
}
