using System.Text;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Devices.Bridge.Tests.Ingest;

public sealed class IngestTests
{
    private const string Name = "m2-001";

    [Fact]
    public async Task Hello_and_every_batch_are_answered_with_the_durable_watermark()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new(Name);
        (await terminal.PublishAsync(ledger.Hello())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        StateMessage empty = await terminal.StateAsync();
        (empty.Ledger, empty.Through, empty.Chain, empty.Problem).ShouldBe((ledger.Id, 0L, ledger.LastChain, null));
        empty.Now.ShouldBeGreaterThan(1_700_000_000_000);

        ledger.AddMany(200);
        (await terminal.PublishAsync(ledger.Batch(1, 128))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await terminal.StateAsync()).Through.ShouldBe(128);
        (await terminal.PublishAsync(ledger.Batch(129, 72))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        StateMessage full = await terminal.StateAsync();
        (full.Through, full.Chain).ShouldBe((200L, ledger.LastChain));
        (await terminal.PublishAsync(ledger.Batch(100, 50))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success, "a repeat is success");
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 500)).Select(one => one.Punch).ShouldBe(ledger.Punches);
    }

    [Fact]
    public async Task A_gap_a_broken_chain_and_a_fork_are_refused_told_in_state_and_shown()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new TestLedger(Name).AddMany(10);
        await terminal.PublishAsync(ledger.Batch(1, 5));
        await terminal.StateAsync();

        await RefusedAsync(bridge, terminal, () => terminal.PublishAsync(ledger.Batch(7, 2)), MqttClientPublishReasonCode.ImplementationSpecificError, ProblemCodes.Gap, "expected", 5);
        await RefusedAsync(bridge, terminal, () => terminal.PublishAsync(ledger.Batch(6, 2) with { Punches = [ledger.Punches[5] with { Person = "x" }] }),
            MqttClientPublishReasonCode.ImplementationSpecificError, ProblemCodes.Chain, "punch 6", 5);
        TestLedger clone = ledger.Clone(3);
        clone.Add("u-other");
        await RefusedAsync(bridge, terminal, () => terminal.PublishAsync(clone.Batch(4, 1)), MqttClientPublishReasonCode.ImplementationSpecificError, ProblemCodes.Fork, "nothing was discarded", 5);
        await RefusedAsync(bridge, terminal, () => terminal.PublishAsync(ledger.Hello()), MqttClientPublishReasonCode.ImplementationSpecificError, ProblemCodes.Fork, "nothing was discarded", 5);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 500)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_payload_that_is_not_what_the_topic_takes_is_refused_in_words_and_stores_nothing()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new TestLedger(Name).AddMany(129);
        string punches = Topics.For(Name, Topics.Punches);
        byte[] good = ContractCodec.Write(ledger.Batch(1, 2), ContractJson.Default.PunchBatch);

        (string, MqttClientPublishReasonCode, string, Func<Task<MqttClientPublishResult>>)[] cases =
        [
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "is not the JSON", () => terminal.PublishAsync(punches, "{\"terminal\":")),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "is not the JSON", () => terminal.PublishAsync(punches, [0xff, 0xfe, 0x00])),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "is not the JSON", () => terminal.PublishAsync(punches, [])),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "JSON null", () => terminal.PublishAsync(punches, "null")),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "holds no punch", () => terminal.PublishAsync(ledger.Batch(1, 0))),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "belongs to ledger", () => terminal.PublishAsync(ledger.Batch(1, 2) with { Ledger = Guid.CreateVersion7() })),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.PayloadFormatInvalid, "last_chain", () => terminal.PublishAsync(ledger.Hello() with { LastChain = "zz" })),
            (ProblemCodes.Oversized, MqttClientPublishReasonCode.QuotaExceeded, "holds 129 punches; 128 are the limit", () => terminal.PublishAsync(ledger.Batch(1, 129))),
            (ProblemCodes.Oversized, MqttClientPublishReasonCode.QuotaExceeded, "131073 bytes; 131072 are the limit", () => terminal.PublishAsync(punches, new byte[Protocol.MaxPayload + 1])),
            (ProblemCodes.Version, MqttClientPublishReasonCode.PayloadFormatInvalid, "'v' is missing", () => terminal.PublishAsync(punches, good, version: null)),
            (ProblemCodes.Version, MqttClientPublishReasonCode.PayloadFormatInvalid, "version '2' is not known", () => terminal.PublishAsync(punches, good, version: "2")),
            (ProblemCodes.WrongTerminal, MqttClientPublishReasonCode.NotAuthorized, "names terminal 'm2-002'", () => terminal.PublishAsync(ledger.Batch(1, 2) with { Terminal = "m2-002" })),
            (ProblemCodes.WrongTerminal, MqttClientPublishReasonCode.NotAuthorized, "may not publish on 'd/m2-002/punches'", () => terminal.PublishAsync("d/m2-002/punches", good)),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.TopicNameInvalid, "There is no topic 'hello/world'", () => terminal.PublishAsync("hello/world", good)),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.TopicNameInvalid, "do not publish on 'd/m2-001/state'", () => terminal.PublishAsync(Topics.For(Name, Topics.State), good)),
            (ProblemCodes.Malformed, MqttClientPublishReasonCode.TopicNameInvalid, "do not publish on 'd/m2-001/punch'", () => terminal.PublishAsync(Topics.For(Name, "punch"), good)),
        ];
        foreach ((string code, MqttClientPublishReasonCode reason, string says, Func<Task<MqttClientPublishResult>> publish) in cases)
            await RefusedAsync(bridge, terminal, publish, reason, code, says, 0);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).ShouldBeEmpty();

        // After all that the terminal is still connected and served.
        (await terminal.PublishAsync(ledger.Batch(1, 128))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
    }

    [Fact]
    public async Task A_batch_sent_with_qos_0_is_told_in_state_since_there_is_no_puback()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        byte[] batch = ContractCodec.Write(new TestLedger(Name).AddMany(1).All(), ContractJson.Default.PunchBatch);
        await terminal.PublishAsync(Topics.For(Name, Topics.Punches), batch, qos: MqttQualityOfServiceLevel.AtMostOnce);
        (await terminal.StateAsync()).Problem.ShouldNotBeNull().Text.ShouldContain("QoS 1");
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Subscriptions_outside_the_own_prefix_are_refused_and_nothing_leaks_between_terminals()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
        foreach (string filter in new[] { "d/m2-002/state", "d/+/state", "#", "$SYS/#", "d/m2-001/punches" })
        {
            MqttClientSubscribeResult refused = await terminal.Client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
            refused.Items.Single().ResultCode.ShouldBe(MqttClientSubscribeResultCode.NotAuthorized, filter);
            refused.ReasonString.ShouldContain("may not subscribe");
        }
        (await bridge.ExceptionAsync("subscribe")).Count.ShouldBe(5);
        (await terminal.Client.SubscribeAsync("d/m2-001/state", MqttQualityOfServiceLevel.AtLeastOnce)).Items.Single().ResultCode.ShouldBe(MqttClientSubscribeResultCode.GrantedQoS1);

        TestLedger ledger = new TestLedger("m2-002").AddMany(1);
        await other.PublishAsync(ledger.All());
        (await other.StateAsync()).Ledger.ShouldBe(ledger.Id);
        TestLedger own = new TestLedger(Name).AddMany(1);
        await terminal.PublishAsync(own.All());
        (await terminal.StateAsync()).Ledger.ShouldBe(own.Id, "the other terminal's state did not come here");
    }

    [Fact]
    public async Task Status_and_will_and_events_are_kept_each_event_once()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync(Name);
        byte[] gone = ContractCodec.Write(new StatusMessage { Online = false }, ContractJson.Default.StatusMessage);
        await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt, options => options
            .WithWillTopic(Topics.For(Name, Topics.Status)).WithWillPayload(gone).WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithWillRetain().WithWillUserProperty(Protocol.VersionProperty, Encoding.UTF8.GetBytes(Protocol.Version)));
        ITerminalStore store = bridge.Get<ITerminalStore>();
        await terminal.PublishAsync(Topics.For(Name, Topics.Status), ContractCodec.Write(
            new StatusMessage { Online = true, Queue = 12, FreeBytes = 5, Temperature = 40, Clock = "synced" }, ContractJson.Default.StatusMessage));
        TerminalRow online = (await store.FindTerminalAsync(SiteScope.All, Name))!;
        (online.Online, online.Queue, online.Clock).ShouldBe((true, 12L, "synced"));

        byte[] door = ContractCodec.Write(new EventMessage { Id = "e-1", Kind = "door", At = 1, Text = "The door was held open." }, ContractJson.Default.EventMessage);
        (await terminal.PublishAsync(Topics.For(Name, Topics.Event), door)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await terminal.PublishAsync(Topics.For(Name, Topics.Event), door)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await store.EventsAsync(SiteScope.All, Name, 10)).Single().Text.ShouldBe("The door was held open.");

        terminal.Client.Dispose(); // no DISCONNECT: the cable is out
        await Until.TrueAsync(async () => !(await store.FindTerminalAsync(SiteScope.All, Name))!.Online, "terminal offline");
        (await store.FindTerminalAsync(SiteScope.All, Name))!.Queue.ShouldBe(12);
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10)).ShouldBeEmpty("the will carries its version and is no refusal");
    }

    [Fact]
    public async Task A_person_named_like_sql_stays_a_name()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync(Name);
        TestLedger ledger = new(Name);
        ledger.Add("'); DROP TABLE punches; --");
        (await terminal.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).Single().Punch.Person.ShouldBe("'); DROP TABLE punches; --");
    }

    [Fact]
    public async Task MQTTnet_498_watermark_and_status_survive_a_restart_that_empties_the_brokers_memory()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync(Name);
        TestLedger ledger = new TestLedger(Name).AddMany(7);
        await using (TestTerminal before = await TestTerminal.ConnectAsync(identity, bridge.Mqtt))
        {
            await before.PublishAsync(ledger.Hello());
            await before.PublishAsync(ledger.All());
            await before.PublishAsync(Topics.For(Name, Topics.Status), ContractCodec.Write(new StatusMessage { Online = true, Queue = 3 }, ContractJson.Default.StatusMessage));
        }
        await bridge.RestartAsync();
        await using TestTerminal after = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        await after.PublishAsync(ledger.Hello());
        StateMessage state = await after.StateAsync();
        (state.Ledger, state.Through, state.Chain).ShouldBe((ledger.Id, 7L, ledger.LastChain));
        (await bridge.Get<ITerminalStore>().FindTerminalAsync(SiteScope.All, Name))!.Queue.ShouldBe(3);
    }

    private static async Task RefusedAsync(
        TestBridge bridge, TestTerminal terminal, Func<Task<MqttClientPublishResult>> publish, MqttClientPublishReasonCode reason, string code, string says, long through)
    {
        MqttClientPublishResult result = await publish();
        result.ReasonCode.ShouldBe(reason, says);
        result.ReasonString.ShouldContain(says);
        result.UserProperties.Single(one => one.Name == "problem").ReadValueAsString().ShouldBe(code);
        StateMessage state = await terminal.StateAsync();
        while (state.Problem is null) state = await terminal.StateAsync();
        state.Problem.Code.ShouldBe(code);
        state.Problem.Text.ShouldContain(says);
        state.Through.ShouldBe(through);
        ExceptionRow row = await bridge.ExceptionAsync(code);
        row.Terminal.ShouldBe(Name);
        row.Text.ShouldContain(says);
    }
}
