using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using MQTTnet;

namespace Devices.Bridge.Tests.Scale;

/// <summary>Two ingest nodes and the node that serves people, on one database: a terminal's connection is one over all of them.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public async Task A_terminal_that_connects_to_another_node_is_let_go_by_the_first_goes_on_there_and_is_reached_there()
    {
        PostgresCluster cluster = await PostgresCluster.Shared;
        string file = cluster.ConnectionFile(await cluster.CreateDatabaseAsync());
        await using TestBridge web = await Node("web", "web-1", null);
        await using TestBridge one = await Node("ingest", "one", web), other = await Node("ingest", "other", web);
        Enrolled identity = await web.EnrolAsync("m2-001");
        TestLedger ledger = new TestLedger("m2-001").AddMany(10);

        await using TestTerminal before = await TestTerminal.ConnectAsync(identity, one.Mqtt);
        await before.PublishAsync(ledger.Hello());
        (await before.PublishAsync(ledger.Batch(1, 5))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        await using TestTerminal after = await TestTerminal.ConnectAsync(identity, other.Mqtt);
        (await before.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20))).Reason.ShouldBe(MqttClientDisconnectReason.SessionTakenOver);

        // The first node's goodbye came later, and says nothing of the terminal any more.
        await Until.TrueAsync(() => Task.FromResult(one.Get<ITerminalConnections>().Count == 0), "the first has forgotten it");
        (await web.Get<ITerminalStore>().FindTerminalAsync(SiteScope.All, "m2-001"))!.Online.ShouldBeTrue();
        await after.PublishAsync(ledger.Hello());
        (await after.StateAsync()).Through.ShouldBe(5);
        (await after.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await web.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 50)).Select(p => p.Punch).ShouldBe(ledger.Punches);

        // Revoked where people are served, out where it is connected.
        await web.Get<IFleetStore>().RevokeTerminalAsync("m2-001", "stolen");
        (await after.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20))).Reason.ShouldBe(MqttClientDisconnectReason.NotAuthorized);
        await Until.TrueAsync(async () => !(await web.Get<ITerminalStore>().FindTerminalAsync(SiteScope.All, "m2-001"))!.Online, "it is offline");

        Task<TestBridge> Node(string role, string name, TestBridge? signer) => TestBridge.StartAsync(
            // As a person would with 'ca node': roots and a certificate, and no root key.
            builder => signer?.Get<CertificateAuthority>().IssueNode(Path.Combine(builder.Configuration["Bridge:Data"]!, "ca"), []).Dispose(),
            $"--Bridge:Role={role}", $"--Bridge:Node={name}", "--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={file}");
    }
}
