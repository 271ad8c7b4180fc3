using Devices.Firmware.Tests.Sim;
using Devices.Link;
using Devices.Terminal.Entries;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests;

/// <summary>Events are kept and confirmed like punches.</summary>
public sealed class EventTests
{
    private readonly MemoryStorage _storage = new();
    private readonly SimBoard _board = new(SimTerminal.Id);

    [Fact]
    public void An_event_outlives_a_power_cut_and_keeps_its_id_and_its_boot()
    {
        _board.Away = true;
        SimTerminal first = new SimTerminal(_storage, _board).Run(1000);
        first.Keys.Press(KeyPress.Exit);
        first.Switches.SetOpen(true);
        first.Run(100).Loop.EventDepth.ShouldBe(2);
        string boot = first.Loop.Boot;

        _board.Away = false;
        SimTerminal second = new(_storage, _board, seed: 2);
        second.Switches.SetOpen(true);
        second.Run(10).Until(() => second.Loop.EventDepth == 0, 60_000);
        _board.Events.Where(e => e.Boot == boot).Select(e => e.Kind).ShouldBe([EventKind.ExitButton, EventKind.Tamper], ignoreOrder: true);
        _board.EventIds.Count.ShouldBe(_board.Events.Count);
    }

    [Fact]
    public void An_event_is_dropped_only_on_its_confirm_and_sent_again_byte_for_byte_until_then()
    {
        _board.Mute = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        terminal.Keys.Press(KeyPress.Exit);
        terminal.Run(20_000);
        _board.Events.Count.ShouldBeGreaterThan(1);
        _board.Events.Select(e => e.Id).Distinct().Count().ShouldBe(1);
        byte[][] sent = [.. _board.Received.Where(m => m.Leaf == LinkTopics.Event).Select(m => m.Payload)];
        sent.ShouldAllBe(payload => payload.SequenceEqual(sent[0]));
        terminal.Loop.EventDepth.ShouldBe(1);
        _board.ConfirmEvent(_board.Events[0].Id);
        terminal.Run(20).Loop.EventDepth.ShouldBe(0);
        new SimTerminal(_storage, _board, seed: 2).Run(10_000).Loop.EventDepth.ShouldBe(0);
    }

    [Fact]
    public void A_board_without_room_keeps_the_event_waiting()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        _board.Mute = true;
        terminal.Keys.Press(KeyPress.Exit);
        terminal.Run(100);
        _board.Send(new ConfirmMessage { Id = _board.Events[0].Id, Result = ConfirmResult.Full });
        terminal.Run(100).Loop.EventDepth.ShouldBe(1);
        _board.Mute = false;
        terminal.Run(60_000).Loop.EventDepth.ShouldBe(0);
    }

    [Fact]
    public void Events_never_take_a_punch_its_room_and_what_had_none_is_told()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        for (int i = 0; i < EntryQueue.EventCapacity + 50; i++)
        {
            terminal.Keys.Press(KeyPress.Exit);
            terminal.Run(10);
        }

        terminal.Loop.EventDepth.ShouldBe(EntryQueue.EventCapacity / 2, "exit presses leave room for force and case");
        terminal.Switches.SetOpen(true);
        terminal.Run(100).Loop.EventDepth.ShouldBe((EntryQueue.EventCapacity / 2) + 1);
        terminal.Card("04A1B2C3").Screen.ShouldBe(ScreenKind.Offline);
        _board.Away = false;
        terminal.Until(() => terminal.Loop.EventDepth == 0 && terminal.Loop.QueueDepth == 0, 120_000);
        terminal.Run(20_000).Loop.EventDepth.ShouldBe(0);
        _board.Events.ShouldContain(e => e.Kind == EventKind.Fault && e.Detail.StartsWith("150 events were left out", StringComparison.Ordinal));
        _board.Events.ShouldContain(e => e.Kind == EventKind.Tamper);
        _board.Cards.Count.ShouldBe(1);
    }

    [Fact]
    public void A_flash_that_refuses_is_itself_told_from_memory()
    {
        _storage.Refuses = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(5000);
        terminal.Loop.EventDepth.ShouldBe(0);
        _board.Events.ShouldContain(e => e.Kind == EventKind.Fault);
    }

    [Fact]
    public void The_person_at_the_reader_comes_before_waiting_events()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(100);
        for (int i = 0; i < 80; i++)
        {
            terminal.Keys.Press(KeyPress.Exit);
            terminal.Run(10);
        }

        _board.Away = false;
        terminal.Until(() => terminal.Loop.IsConnected, 45_000);
        terminal.Card("04FFFFFF").Run(100).Screen.ShouldBe(ScreenKind.Thanks);
    }
}
