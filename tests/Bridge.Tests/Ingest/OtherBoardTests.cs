using System.Text;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Protocol;

namespace Devices.Bridge.Tests.Ingest;

/// <summary>One board must not speak for another, by no way that MQTT has; and every unusual way of sending a punch is stored or refused in words.</summary>
public sealed class OtherBoardTests
{
    private const string Name = "m2-001";
    private const string Victim = "m2-002";

    [Fact]
    public async Task A_board_can_neither_punch_nor_take_another_off_line_by_topic_payload_or_will()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal victim = await bridge.ConnectAsync(Victim);
        Enrolled identity = await bridge.EnrolAsync(Name);
        TestLedger stolen = new TestLedger(Victim).AddMany(2);
        byte[] batch = ContractCodec.Write(stolen.All(), ContractJson.Default.PunchBatch), gone = ContractCodec.Write(new StatusMessage { Online = false }, ContractJson.Default.StatusMessage);
        await using TestTerminal board = await TestTerminal.ConnectAsync(identity, bridge.Mqtt, options => options
            .WithWillTopic(Topics.For(Victim, Topics.Punches)).WithWillPayload(batch).WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithWillUserProperty(Protocol.VersionProperty, Encoding.UTF8.GetBytes(Protocol.Version)));

        (await board.PublishAsync(Topics.For(Victim, Topics.Punches), batch)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.NotAuthorized);
        (await board.PublishAsync(Topics.For(Name, Topics.Punches), batch)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.NotAuthorized);
        (await board.PublishAsync(Topics.For(Victim, Topics.Status), gone)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.NotAuthorized);
        (await board.PublishAsync(Topics.For(Name, Topics.Hello), ContractCodec.Write(stolen.Hello(), ContractJson.Default.HelloMessage))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.NotAuthorized);
        foreach (string topic in (string[])["d/m2-002/PUNCHES", "d/M2-002/punches", "d//punches", "d/m2-001/../m2-002/punches", "/d/m2-002/punches", "$share/x/d/m2-002/punches"])
            (await board.PublishAsync(topic, batch)).ReasonCode.ShouldBeOneOf([MqttClientPublishReasonCode.NotAuthorized, MqttClientPublishReasonCode.TopicNameInvalid], topic);
        long refused = await RefusedAsync(bridge);
        board.Client.Dispose(); // without a farewell: the will is published

        await Until.TrueAsync(async () => await RefusedAsync(bridge) > refused, "the will to be refused like any other publish");
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).ShouldBeEmpty();
        (await bridge.Get<ITerminalStore>().FindTerminalAsync(SiteScope.All, Victim))!.Online.ShouldBeTrue();
        (await victim.PublishAsync(stolen.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
    }

    [Fact]
    public async Task Emqx_retainer_46_a_retained_batch_is_stored_once_and_retained_nowhere_and_qos_2_is_refused_in_words()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new TestLedger(Name).AddMany(3);
        byte[] batch = ContractCodec.Write(ledger.Batch(1, 2), ContractJson.Default.PunchBatch);
        MqttApplicationMessage Message(MqttQualityOfServiceLevel qos) => new()
        {
            Topic = Topics.For(Name, Topics.Punches),
            PayloadSegment = batch,
            Retain = true,
            QualityOfServiceLevel = qos,
            UserProperties = [new(Protocol.VersionProperty, Encoding.UTF8.GetBytes(Protocol.Version))],
        };

        MqttClientPublishResult exactly = await terminal.Client.PublishAsync(Message(MqttQualityOfServiceLevel.ExactlyOnce));
        exactly.IsSuccess.ShouldBeFalse(exactly.ReasonCode.ToString());
        (await terminal.StateAsync()).Problem.ShouldNotBeNull().Text.ShouldContain("QoS 1, not 2");
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).ShouldBeEmpty();
        (await terminal.Client.PublishAsync(Message(MqttQualityOfServiceLevel.AtLeastOnce))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await terminal.StateAsync()).Through.ShouldBe(2);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).Count.ShouldBe(2);

        await terminal.DisposeAsync();
        await using TestTerminal again = await TestTerminal.ConnectAsync(terminal.Identity, bridge.Mqtt);
        List<string> seen = [];
        again.Client.ApplicationMessageReceivedAsync += message => { lock (seen) seen.Add(message.ApplicationMessage.Topic); return Task.CompletedTask; };
        await again.Client.SubscribeAsync($"d/{Name}/#", MqttQualityOfServiceLevel.AtLeastOnce);
        await again.PublishAsync(ledger.Hello());
        (await again.StateAsync()).Through.ShouldBe(2);
        lock (seen) seen.ShouldAllBe(topic => topic == Topics.For(Name, Topics.State));
    }

    [Fact]
    public async Task A_certificate_that_runs_out_while_connected_ends_the_connection()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        time.Advance(TimeSpan.FromDays(366));
        await bridge.App.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<CertificateSweep>().Single().SweepAsync(TestContext.Current.CancellationToken);
        (await terminal.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ReasonString.ShouldContain("expired at");
    }

    [Fact]
    public async Task A_hello_of_another_ledger_begins_at_its_own_watermark_and_the_old_one_stays()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger old = new TestLedger(Name).AddMany(3), fresh = new TestLedger(Name).AddMany(1);
        await terminal.PublishAsync(old.All());
        (await terminal.StateAsync()).Through.ShouldBe(3);

        await terminal.PublishAsync(fresh.Hello());
        StateMessage state = await terminal.StateAsync();
        (state.Ledger, state.Through, state.Problem).ShouldBe((fresh.Id, 0L, null));
        (await terminal.PublishAsync(fresh.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        await terminal.StateAsync();
        await terminal.PublishAsync(old.Hello());
        (await terminal.StateAsync()).Through.ShouldBe(3);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).Count.ShouldBe(4);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    public async Task A_hello_with_a_count_that_cannot_be_is_answered_and_breaks_nothing(long last)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new TestLedger(Name).AddMany(2);
        await terminal.PublishAsync(ledger.All());
        await terminal.StateAsync();

        await terminal.PublishAsync(ledger.Hello() with { LastSeq = last });
        StateMessage state = await terminal.StateAsync();

        if (last < 0) state.Problem.ShouldNotBeNull().Code.ShouldBe(ProblemCodes.Malformed);
        state.Through.ShouldBe(2);
        ledger.AddMany(1);
        (await terminal.PublishAsync(ledger.Batch(3, 1))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
    }

    [Fact]
    public async Task Every_float_that_a_score_can_be_is_stored_exactly_repeats_as_the_same_punch_and_keeps_its_chain()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new(Name);
        float[] floats = [0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1f / 3, 0.1f, 16_777_217f, 1e-40f, 0.43000001f, float.BitDecrement(1f)];
        foreach (float value in floats) ledger.Add(score: value);
        for (int i = 0; i < 2; i++) (await terminal.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success, "a repeat is no fork");

        IReadOnlyList<StoredPunch> stored = await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 100);

        // But for the sign of zero, which SQLite drops and the chain leaves out.
        stored.Select(s => BitConverter.SingleToInt32Bits(s.Punch.Score!.Value + 0f)).ShouldBe(floats.Select(f => BitConverter.SingleToInt32Bits(f + 0f)));
        ChainVerifier.Walk(Name, ledger.Id, 0, PunchChain.Genesis(ledger.Id), [.. stored.Select(s => s.Punch)]).Fault.ShouldBe(ChainFault.None);
    }

    private static async Task<long> RefusedAsync(TestBridge bridge) =>
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 100)).Where(e => e.Code == ProblemCodes.WrongTerminal).Sum(e => e.Count);
}
