using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Packets;

namespace Devices.Bridge.Tests.Ingest;

/// <summary>Back-pressure: what the store does not take is not acknowledged, terminals are told to wait, and nothing is lost.</summary>
public sealed class PressureTests
{
    [Fact]
    public async Task A_store_that_stands_still_costs_terminals_a_pause_and_no_connection_and_loses_nothing()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(null, "--Bridge:Ingest:AnswerWithinMs=400", "--Bridge:Ingest:SlowAfterMs=50");
        List<(TestTerminal Terminal, TestLedger Ledger)> fleet = [];
        for (int i = 0; i < 4; i++)
        {
            TestTerminal terminal = await bridge.ConnectAsync($"m2-{i:000}");
            TestLedger ledger = new TestLedger($"m2-{i:000}").AddMany(40);
            await terminal.PublishAsync(ledger.Batch(1, 8));
            (await terminal.StateAsync()).Through.ShouldBe(8);
            fleet.Add((terminal, ledger));
        }
        using ManualResetEventSlim gate = new(), holding = new();
        Task blocked = bridge.Get<SqlDatabase>().WriteAsync(_ => { holding.Set(); gate.Wait(TimeSpan.FromSeconds(30)); });
        holding.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue();

        MqttClientPublishResult[] answers = await Task.WhenAll(fleet.Select(one => one.Terminal.PublishAsync(one.Ledger.Batch(9, 16))));
        foreach ((MqttClientPublishResult answer, (TestTerminal terminal, TestLedger ledger)) in answers.Zip(fleet))
        {
            answer.ReasonCode.ShouldBe(MqttClientPublishReasonCode.UnspecifiedError);
            Property(answer, "problem").ShouldBe(ProblemCodes.Unavailable);
            long.Parse(Property(answer, Protocol.SlowDownProperty), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(50);
            StateMessage state = await terminal.StateAsync();
            // The last durable watermark, though the store does not answer now.
            (state.Through, state.Chain, state.Problem!.Code).ShouldBe((8L, ledger.Punches[7].Chain, ProblemCodes.Unavailable));
            state.SlowDownMs!.Value.ShouldBeGreaterThanOrEqualTo(50);
            terminal.Client.IsConnected.ShouldBeTrue();
        }
        bridge.Get<StorePressure>().Level.ShouldBe(PressureLevel.Slow);

        gate.Set();
        await blocked;
        await SendAllAsync(bridge, fleet);
    }

    [Fact]
    public async Task A_store_that_refuses_is_told_with_growing_pauses_is_shown_to_operators_and_loses_nothing()
    {
        FullPunchStore full = new();
        await using TestBridge bridge = await TestBridge.StartAsync(builder => full.Wrap(builder.Services));
        List<(TestTerminal Terminal, TestLedger Ledger)> fleet = [];
        for (int i = 0; i < 3; i++) fleet.Add((await bridge.ConnectAsync($"m2-{i:000}"), new TestLedger($"m2-{i:000}").AddMany(40)));
        foreach ((TestTerminal terminal, TestLedger ledger) in fleet) (await terminal.PublishAsync(ledger.Batch(1, 8))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);

        full.Full = true;
        foreach ((TestTerminal terminal, TestLedger ledger) in fleet)
        {
            MqttClientPublishResult answer = await terminal.PublishAsync(ledger.Batch(9, 8));
            answer.ReasonCode.ShouldBe(MqttClientPublishReasonCode.UnspecifiedError);
            long.Parse(Property(answer, Protocol.SlowDownProperty), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(2000);
        }
        bridge.Get<StorePressure>().Level.ShouldBe(PressureLevel.Failing);
        (await bridge.Get<IPunchStore>().ListAsync(SiteScope.All, new(), null, 1)).Total.Number.ShouldBe(24);
        await Until.TrueAsync(async () => (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 100)).Any(row => row.Code == PressureWatch.Code), "operators see it");

        full.Full = false;
        await SendAllAsync(bridge, fleet);
        bridge.Get<StorePressure>().Level.ShouldNotBe(PressureLevel.Failing);
        await Until.TrueAsync(async () => (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 100)).All(row => row.Code != PressureWatch.Code), "the row is closed");
    }

    [Fact]
    public void Whoever_finds_no_room_gets_a_turn_of_its_own_as_the_store_takes_them()
    {
        FakeTimeProvider time = new();
        StorePressure pressure = new(new() { MaxWaiting = 4, MaxPauseSeconds = 30 }, time);
        StorePressure.Passage[] inside = [.. Enumerable.Range(0, 4).Select(_ => pressure.TryEnter(givesWay: false)!)];
        pressure.TryEnter(givesWay: false).ShouldBeNull();
        // Four in two seconds: one each half a second, behind those that wait.
        time.Advance(TimeSpan.FromSeconds(2));
        ((long[])[pressure.NextTurnMs(1000), pressure.NextTurnMs(1000), pressure.NextTurnMs(1000)]).ShouldBe([2500L, 3000, 3500]);
        time.Advance(TimeSpan.FromMilliseconds(500));
        // The three have their places; the store has become slower.
        pressure.NextTurnMs(1000).ShouldBe(3625);
        // Ten are connected: no turn is further off than theirs, however often they come.
        for (int i = 0; i < 100; i++) pressure.NextTurnMs(10).ShouldBeLessThanOrEqualTo(2500 + 10 * 625);
        pressure.NextTurnMs(10).ShouldBe(2500 + 10 * 625);
        for (int i = 0; i < 100; i++) pressure.NextTurnMs(1000).ShouldBeLessThanOrEqualTo(30_000);
        pressure.NextTurnMs(1000).ShouldBe(30_000);

        foreach (StorePressure.Passage one in inside) one.End(stored: true);
        time.Advance(TimeSpan.FromMinutes(2));
        pressure.TryEnter(givesWay: false)!.End(stored: true);
        pressure.NextTurnMs(1000).ShouldBe(0, "the turns that were given are long over");
    }

    [Fact]
    public void Pauses_follow_the_latency_are_bounded_and_end_with_it()
    {
        FakeTimeProvider time = new();
        StorePressure pressure = new(new() { SlowAfterMs = 1000, MaxWaiting = 2, MaxPauseSeconds = 30 }, time);
        pressure.PauseMs.ShouldBe(0);
        StorePressure.Passage slow = pressure.TryEnter(givesWay: false)!;
        time.Advance(TimeSpan.FromSeconds(3));
        (pressure.Level, pressure.PauseMs).ShouldBe((PressureLevel.Slow, 6000));
        pressure.TryEnter(givesWay: true).ShouldBeNull("a photo gives way to punches");
        StorePressure.Passage second = pressure.TryEnter(givesWay: false)!;
        pressure.TryEnter(givesWay: false).ShouldBeNull("two are the limit");
        time.Advance(TimeSpan.FromMinutes(5));
        pressure.PauseMs.ShouldBe(30_000);
        slow.End(stored: true);
        slow.End(stored: true);
        second.End(stored: true);
        pressure.Waiting.ShouldBe(0);
        pressure.Level.ShouldBe(PressureLevel.Slow);
        time.Advance(TimeSpan.FromSeconds(11));
        (pressure.Level, pressure.PauseMs).ShouldBe((PressureLevel.Normal, 0));

        pressure.TryEnter(givesWay: false)!.End(stored: false);
        (pressure.Level, pressure.PauseMs).ShouldBe((PressureLevel.Failing, 2000));
        time.Advance(TimeSpan.FromSeconds(8));
        pressure.PauseMs.ShouldBe(8000);
        pressure.TryEnter(givesWay: false)!.End(stored: null);
        pressure.Level.ShouldBe(PressureLevel.Failing, "only the store itself says that it works again");
        pressure.TryEnter(givesWay: false)!.End(stored: true);
        pressure.Level.ShouldBe(PressureLevel.Normal);
    }

    [Theory]
    [InlineData("--Bridge:Ingest:SlowAfterMs=1", "Bridge:Ingest:SlowAfterMs is 1")]
    [InlineData("--Bridge:Ingest:MaxWaiting=0", "Bridge:Ingest:MaxWaiting is 0")]
    [InlineData("--Bridge:Ingest:AnswerWithinMs=15000", "Bridge:Ingest:AnswerWithinMs is 15000")]
    [InlineData("--Bridge:Ingest:MaxPauseSeconds=0", "Bridge:Ingest:MaxPauseSeconds is 0")]
    [InlineData("--Bridge:Ingest:MaxPauseSeconds=soon", "A setting cannot be read")]
    [InlineData("--Bridge:Ingest:Slow=1", "There is no setting Bridge:Ingest:Slow")]
    public void Nonsense_is_refused_at_start_with_a_sentence(string setting, string sentence) =>
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([setting])).Message.ShouldContain(sentence);

    // Sends as a terminal does: from the watermark on, again after every refusal.
    private static async Task SendAllAsync(TestBridge bridge, List<(TestTerminal Terminal, TestLedger Ledger)> fleet)
    {
        foreach ((TestTerminal terminal, TestLedger ledger) in fleet)
        {
            for (int from = 9; from <= 40; from += 8)
                await Until.TrueAsync(async () => (await terminal.PublishAsync(ledger.Batch(from, 8))).ReasonCode == MqttClientPublishReasonCode.Success, "the batch is taken");
            LedgerMark mark = (await bridge.Get<IPunchStore>().FindLedgerAsync(ledger.Terminal, ledger.Id))!;
            (mark.Through, PunchChain.ToHex(mark.Chain)).ShouldBe((40L, ledger.LastChain));
            await terminal.DisposeAsync();
        }
        (await bridge.Get<IPunchStore>().ListAsync(SiteScope.All, new(), null, 1)).Total.Number.ShouldBe(40 * fleet.Count);
    }

    private static string Property(MqttClientPublishResult answer, string name) => answer.UserProperties.Single(one => one.Name == name).ReadValueAsString();
}
