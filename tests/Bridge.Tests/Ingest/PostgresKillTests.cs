using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using MQTTnet;

namespace Devices.Bridge.Tests.Ingest;

/// <summary>A bridge on PostgreSQL over real MQTT, and the server killed under it.</summary>
public sealed class PostgresKillTests
{
    [Fact]
    public async Task Every_punch_acknowledged_before_a_kill_9_of_the_server_is_there_and_none_is_doubled_after_sending_again()
    {
        await using PostgresCluster cluster = await PostgresCluster.MakeAsync();
        string name = await cluster.CreateDatabaseAsync();
        await using TestBridge bridge = await TestBridge.StartAsync(null, "--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={cluster.ConnectionFile(name)}");
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        TestLedger ledger = new TestLedger("m2-001").AddMany(2000);
        long acknowledged = 0, refused = 0;
        using CancellationTokenSource down = new();
        Task sending = Task.Run(async () =>
        {
            // As a terminal does: what was not acknowledged is sent again.
            for (int from = 1; from <= 2000 && !down.IsCancellationRequested;)
            {
                MqttClientPublishResult result = await terminal.PublishAsync(ledger.Batch(from, 20));
                if (result.ReasonCode == MqttClientPublishReasonCode.Success) Interlocked.Exchange(ref acknowledged, (from += 20) - 1);
                else
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(50);
                }
            }
        });
        await Until.TrueAsync(() => Task.FromResult(Interlocked.Read(ref acknowledged) >= 200), "200 punches acknowledged");

        await cluster.KillAsync();
        await Until.TrueAsync(() => Task.FromResult(Interlocked.Read(ref refused) > 2), "the bridge stops acknowledging");
        await down.CancelAsync();
        await sending;
        long sure = Interlocked.Read(ref acknowledged);
        sure.ShouldBeLessThan(2000, "the kill came in the middle");
        terminal.Client.IsConnected.ShouldBeTrue();
        await Should.ThrowAsync<StoreUnavailableException>(() => bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 1));

        await cluster.StartAsync();
        IReadOnlyList<StoredPunch> found = await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 5000);
        found.Count.ShouldBeGreaterThanOrEqualTo((int)sure);
        found.Select(one => one.Punch).ShouldBe(ledger.Punches.Take(found.Count));
        await Until.TrueAsync(async () => (await terminal.PublishAsync(ledger.Batch(1, 20))).ReasonCode == MqttClientPublishReasonCode.Success, "the bridge has its connection again");
        for (int from = 1; from <= 2000; from += 100)
            (await terminal.PublishAsync(ledger.Batch(from, 100))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);

        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 5000)).Select(one => one.Punch).ShouldBe(ledger.Punches);
        LedgerMark mark = (await bridge.Get<IPunchStore>().FindLedgerAsync("m2-001", ledger.Id))!;
        (mark.Through, PunchChain.ToHex(mark.Chain)).ShouldBe((2000L, ledger.LastChain));
        (await bridge.Get<IOutboxStore>().CountAsync(SiteScope.All, OutboxTarget.Platform)).Values.Sum().ShouldBe(2000);
    }

    [Fact]
    public async Task A_server_without_fsync_is_refused()
    {
        await using PostgresCluster cluster = await PostgresCluster.MakeAsync("fsync=off");
        string name = await cluster.CreateDatabaseAsync();
        Should.Throw<BridgeStartException>(() => Devices.Bridge.Store.Postgres.PostgresDatabase.Open(cluster.ConnectionFile(name), exclusive: true))
            .Message.ShouldContain("runs with fsync = off");
    }
}
