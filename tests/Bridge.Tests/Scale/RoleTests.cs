using Devices.Bridge.Scale;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Scale;

/// <summary>What a role runs, what is refused of it, and that nothing on the engine is believed without its proof.</summary>
public sealed class RoleTests
{
    [Theory]
    [InlineData("Bridge:Role is 'both': it is all, ingest, writer or web.", "--Bridge:Role=both")]
    [InlineData("set Bridge:Store to postgres", "--Bridge:Role=ingest", "--Bridge:Node=a")]
    [InlineData("Bridge:Node is ''", "--Bridge:Role=ingest", "--Bridge:Store=postgres")]
    [InlineData("take Bridge:Node away", "--Bridge:Node=a")]
    [InlineData("there is nothing to take from", "--Bridge:Role=writer", "--Bridge:Node=a", "--Bridge:Store=postgres")]
    [InlineData("one bridge alone needs no engine", "--Bridge:Engine:Kind=nats")]
    [InlineData("Bridge:Engine:Url is empty", "--Bridge:Role=writer", "--Bridge:Node=a", "--Bridge:Store=postgres", "--Bridge:Engine:Kind=nats")]
    [InlineData("without TLS", "--Bridge:Role=writer", "--Bridge:Node=a", "--Bridge:Store=postgres", "--Bridge:Engine:Kind=nats", "--Bridge:Engine:Url=nats://10.0.0.1:4222")]
    [InlineData("an address with a password", "--Bridge:Role=writer", "--Bridge:Node=a", "--Bridge:Store=postgres", "--Bridge:Engine:Kind=nats", "--Bridge:Engine:Url=nats://u:s3cret@10.0.0.1:4222")]
    [InlineData("photos are files of the one bridge", "--Bridge:Role=web", "--Bridge:Node=a", "--Bridge:Store=postgres", "--Bridge:Photos:Enabled=true")]
    [InlineData("There is no setting Bridge:Engine:Kinds", "--Bridge:Engine:Kinds=nats")]
    public void A_role_that_cannot_work_is_refused_with_a_sentence(string says, params string[] settings)
    {
        using TempDirectory data = new();
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([$"--Bridge:Data={data.Path}", .. settings])).Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("ingest", "BridgeGauges CertificateSweep DownlinkPump LineOpener MqttEndpoint NatsPunchEngine NodeBook PressureWatch TakeoverWatch")]
    [InlineData("writer", "BridgeGauges NatsPunchWriter NodeBook")]
    public void An_ingest_node_and_a_writer_run_nothing_that_is_done_once(string role, string expected)
    {
        Own($"--Bridge:Role={role}", "--Bridge:Node=a", "--Bridge:Store=postgres", "--Bridge:Engine:Kind=nats", "--Bridge:Engine:Url=nats://127.0.0.1:4222").ShouldBe(expected.Split(' '), ignoreOrder: true);
    }

    [Fact]
    public void The_web_node_runs_all_that_a_bridge_alone_runs_but_what_belongs_to_terminals()
    {
        List<string> all = Own(), web = Own("--Bridge:Role=web", "--Bridge:Node=a", "--Bridge:Store=postgres");
        all.Except(web).ShouldBe(["MqttEndpoint", "PressureWatch"], ignoreOrder: true);
        web.Except(all).ShouldBe(["NodeBook"]);
    }

    [Fact]
    public async Task A_batch_or_an_answer_that_no_node_has_written_is_not_believed()
    {
        using EngineMail mail = new(new PlayedNodes([1, 2, 3])), stranger = new(new PlayedNodes([9, 9, 9]));
        await mail.OpenAsync(CancellationToken.None);
        await stranger.OpenAsync(CancellationToken.None);
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        byte[] payload = ContractCodec.Write(ledger.All(), ContractJson.Default.PunchBatch);

        mail.Read("1", "answer", mail.Prove("1", "answer", payload), payload, out _)!.Batch.Punches.ShouldBe(ledger.Punches);
        mail.Read("1", "answer", stranger.Prove("1", "answer", payload), payload, out string why).ShouldBeNull();
        why.ShouldContain("no node of this bridge");
        mail.Read("1", "elsewhere", mail.Prove("1", "answer", payload), payload, out _).ShouldBeNull("the answer would go to another node");
        mail.Read("1", "answer", null, payload, out _).ShouldBeNull();

        IngestResult result = new(new("m2-001", ledger.Id, 3, Convert.FromHexString(ledger.LastChain), false, null) { LastGoodAt = 5 }, 3, 0, new() { Code = "gap", Text = "why" });
        byte[] answer = mail.WriteAnswer("1", result);
        (string id, IngestResult read) = mail.ReadAnswer(mail.ProveAnswer(answer), answer)!.Value;
        id.ShouldBe("1");
        (read.Mark.Through, read.Mark.LastGoodAt, read.Added, read.Problem).ShouldBe((3, 5, 3, result.Problem));
        read.Mark.Chain.ShouldBe(result.Mark.Chain);
        mail.ReadAnswer(stranger.ProveAnswer(answer), answer).ShouldBeNull();
    }

    [Fact]
    public void The_same_punches_are_one_message_to_the_engine_and_others_at_the_same_place_are_not()
    {
        TestLedger ledger = new TestLedger("m2-001").AddMany(3), clone = ledger.Clone(2);
        clone.Add("eve");
        string Id(TestLedger of) => EngineMail.MessageId(of.All(), ContractCodec.Write(of.All(), ContractJson.Default.PunchBatch));
        Id(ledger).ShouldStartWith($"m2-001/{ledger.Id:D}/1-3/");
        Id(ledger).ShouldBe(Id(ledger));
        Id(clone).ShouldNotBe(Id(ledger), "a copied board must reach the store, which shows it as a fork");
    }

    // Composed and not built: that would open the database.
    private static List<string> Own(params string[] settings)
    {
        using TempDirectory data = new();
        List<string> found = [];
        Should.Throw<OperationCanceledException>(() => BridgeApplication.Build(["--Bridge:Platform:Kind=none", $"--Bridge:Data={data.Path}", .. settings], builder =>
        {
            found =
            [
                .. builder.Services.Where(one => one.ServiceType == typeof(IHostedService))
                    .Select(one => one.ImplementationType ?? one.ImplementationFactory!.GetType().GenericTypeArguments[1])
                    .Where(type => type.Assembly == typeof(BridgeOptions).Assembly).Select(type => type.Name),
            ];
            throw new OperationCanceledException();
        }));
        return found;
    }

    private sealed class PlayedNodes(byte[] key) : INodeStore
    {
        public Task<byte[]> EngineKeyAsync(CancellationToken cancellationToken = default) => Task.FromResult(key);

        public Task BeatAsync(string node, string role, string rules, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<BridgeNode>> NodesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task ArriveAsync(string terminal, string node, string session, string? address, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> LeaveAsync(string terminal, string node, string session, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<TerminalPlace?> PlaceAsync(string terminal, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<string>> MovedAsync(string node, long since, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, string>> HeldAsync(string node, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task ClearAsync(string node, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<int> ForgetSilentAsync(long since, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<int>> ClaimPartsAsync(string writer, int parts, TimeSpan lease, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task ReleasePartsAsync(string writer, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
