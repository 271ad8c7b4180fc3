using Devices.Edge.Agent.Tests.Support;
using Devices.Link;
using ContractEvent = Devices.Contract.Messages.EventMessage;

namespace Devices.Edge.Agent.Tests.Mcu;

/// <summary>The MCU's events: confirmed only once they are durable here, one however often they come, at the time they happened.</summary>
public sealed class McuEventTests
{
    [Fact]
    public async Task An_event_is_confirmed_and_stands_in_the_outbox_also_after_a_restart()
    {
        using Scratch scratch = new();
        await using (McuBench first = await McuBench.StartAsync(scratch: scratch))
        {
            await using McuClient mcu = await first.McuAsync();
            await mcu.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.DoorForced, UptimeMs = 59_000, Boot = "mcu-boot-1" });
            (await mcu.ConfirmOf("inst-e1")).Result.ShouldBe(ConfirmResult.Accepted);
        }

        await using McuBench second = await McuBench.StartAsync(scratch: scratch);
        second.Ledger.Events.Peek(10).ShouldHaveSingleItem().Kind.ShouldBe("door");
        await using McuClient again = await second.McuAsync();
        await again.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.DoorForced, UptimeMs = 59_000, Boot = "mcu-boot-1" });
        await again.ConfirmOf("inst-e1");
        second.Ledger.Events.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_crash_before_the_answer_was_kept_does_not_double_the_event()
    {
        using Scratch scratch = new();
        string id;
        await using (McuBench first = await McuBench.StartAsync(scratch: scratch))
        {
            await using McuClient mcu = await first.McuAsync();
            await mcu.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.Tamper, UptimeMs = 5 });
            id = first.Ledger.Events.Peek(10).ShouldHaveSingleItem().Id;
        }

        // What a crash between the two commits leaves: the outbox has it, the answers have not.
        foreach (string file in Directory.GetFiles(scratch.Path, "entries.db*")) File.Delete(file);
        await using McuBench second = await McuBench.StartAsync(scratch: scratch);
        await using McuClient again = await second.McuAsync();
        await again.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.Tamper, UptimeMs = 5 });
        await again.ConfirmOf("inst-e1");
        second.Ledger.Events.Peek(10).ShouldHaveSingleItem().Id.ShouldBe(id, "the bridge stores each id once");
    }

    [Fact]
    public async Task An_event_that_waited_on_the_mcu_has_the_time_it_happened()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await McuClient.ConnectAsync(bench.Broker.Port, "m2-001", McuBench.Password, uptimeMs: 4_000_000);
        await mcu.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.ExitButton, UptimeMs = 400_000, Boot = "mcu-boot-1" });
        await mcu.SendAsync(new EventMessage { Id = "inst-e2", Kind = EventKind.Tamper, UptimeMs = 400_000, Boot = "mcu-boot-0" });
        await mcu.ConfirmOf("inst-e2");
        IReadOnlyList<ContractEvent> events = bench.Ledger.Events.Peek(10);
        (bench.Clock.WallMs - events[0].At).ShouldBeInRange(3_599_000, 3_600_000 + 60_000);
        events[0].Text.ShouldNotContain("not certain");
        events[1].Text.ShouldContain("not certain", Case.Sensitive, "nobody knows when that boot was");
    }

    [Fact]
    public async Task A_ledger_that_cannot_take_the_event_confirms_nothing()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        bench.Ledger.Dispose();
        try
        {
            await mcu.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.Tamper, UptimeMs = 5 });
        }
        catch (Exception fault) when (fault is not Shouldly.ShouldAssertException)
        {
            // The broker closed the connection instead of acknowledging.
        }

        mcu.Confirms("inst-e1").ShouldBe(0);
    }
}
