using System.Net;
using System.Text.Json;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using ContractEvent = Devices.Contract.Messages.EventMessage;

namespace Devices.Edge.Agent.Tests.Mcu;

/// <summary>
/// Firmware and agent as real processes, the agent's broker between them, packets silently lost (node-red/node-red#2864,
/// diyBMSv4ESP32#187), the agent stopped and killed, the MCU's power cut: no punch and no event is lost, none is doubled.
/// </summary>
public sealed class SilentDropTests
{
    private const int Port = 1883;

    [Fact]
    public async Task Node_red_2864_nothing_is_lost_or_doubled_over_silent_loss_restarts_and_power_cuts()
    {
        (DropNetwork? made, string why) = await DropNetwork.TryStartAsync();
        Assert.SkipWhen(made is null, "Network namespaces are not permitted here, so no packets can be dropped silently: " + why);
        await using DropNetwork network = made;
        using Scratch scratch = new();
        await using AgentProcess first = await Agent(scratch, network);
        for (int i = 0; i < 6; i++) (await first.EnrolAsync($"e{i}", $"Person {i}", CardOf(i))).Code.ShouldBe(HttpStatusCode.OK);
        await using StandinMcu one = await Boot(scratch, network);
        await Punch(one, 0);
        await one.DrainedAsync();

        // 1. The packets vanish while the connection looks open: noticed, and what happens meanwhile is kept.
        await network.DropAsync();
        await Punch(one, 1);
        await one.PostAsync("/tamper", new { open = true });
        await one.StateAsync(s => !s.GetProperty("connected").GetBoolean(), "the dead connection noticed");
        (await one.StateAsync()).GetProperty("silence_ms").GetInt64().ShouldBeInRange(1, 15_000);

        // 2. The agent is stopped in order and started again; the MCU loses its power; a new boot goes on collecting.
        (await first.StopAsync()).ShouldBe(0, first.Errors);
        await one.CutPowerAsync();
        await using AgentProcess second = await Agent(scratch, network);
        await using StandinMcu two = await Boot(scratch, network);
        await Punch(two, 2);
        await two.PostAsync("/key", new { key = "exit" });
        await two.StateAsync(s => s.GetProperty("queue").GetInt32() == 2 && s.GetProperty("events").GetInt32() == 2, "two punches and two events kept");
        await two.CutPowerAsync();
        await network.HealAsync();
        await using StandinMcu three = await Boot(scratch, network);
        await three.DrainedAsync();

        // 3. A punch on its way while the agent is killed.
        await Punch(three, 3);
        await second.KillAsync();
        await using AgentProcess third = await Agent(scratch, network);
        await three.DrainedAsync();

        // 4. A punch on its way while the packets begin to vanish and the power goes: the agent may or may not have it.
        await Punch(three, 4);
        await network.DropAsync();
        await three.CutPowerAsync();
        await network.HealAsync();
        await using StandinMcu four = await Boot(scratch, network);
        await Punch(four, 5);
        await four.DrainedAsync();

        (await third.StopAsync()).ShouldBe(0, third.Errors);
        using LedgerStore ledger = LedgerStore.Open(new LedgerOptions { Path = Path.Combine(scratch["s"], "ledger.db"), Terminal = "m2-001", ReserveBytes = 0 }, "a later boot");
        IReadOnlyList<StoredPunch> punches = ledger.Range(1, 100);
        punches.Select(p => p.Draft.Person).Order().ShouldBe(["e0", "e1", "e2", "e3", "e4", "e5"]);
        punches.Select(p => p.Draft.Origin).ShouldBeUnique();
        IReadOnlyList<ContractEvent> events = ledger.Events.Peek(100);
        events.Count(e => e.Kind == "tamper").ShouldBe(1);
        events.Count(e => e.Kind == "door").ShouldBe(1);
    }

    private static string CardOf(int person) => $"04A1B2C{person}";

    private static async Task Punch(StandinMcu mcu, int person)
    {
        int before = (await mcu.StateAsync()).GetProperty("taken").GetInt32();
        await mcu.PostAsync("/card", new { uid = CardOf(person) });

        // The card is at the reader when the request returns; it counts once it is on flash.
        await mcu.StateAsync(s => s.GetProperty("taken").GetInt32() > before, "the card on flash");
    }

    private static async Task<AgentProcess> Agent(Scratch scratch, DropNetwork network)
    {
        string config = scratch["agent.json"];
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new
        {
            Terminal = "m2-001", State = scratch["s"], TimeZone = "Asia/Shanghai", Camera = "none", Mcu = new { Port, Bind = DropNetwork.Board },
        }));
        AgentProcess agent = AgentProcess.Run(Path.Combine(scratch["s"], "agent.sock"), network.OnBoard, ["--config", config]);
        await agent.UpAsync();
        return agent;
    }

    private static Task<StandinMcu> Boot(Scratch scratch, DropNetwork network) =>
        StandinMcu.BootAsync(scratch, network.OnMcu, DropNetwork.Board, Port, Path.Combine(scratch["s"], "mcu.password"));
}
