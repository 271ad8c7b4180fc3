using Devices.Firmware.Tests.Sim;
using Devices.Link;
using Devices.Terminal;

namespace Devices.Firmware.Tests;

public sealed class TerminalLoopTests
{
    private const string Uid = "04A1B2C3";

    private readonly MemoryStorage _storage = new();
    private readonly SimBoard _board = new(SimTerminal.Id);

    [Fact]
    public void A_card_is_thanked_by_name_only_after_the_confirm()
    {
        _board.Mute = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card(Uid).Run(500);
        terminal.Screen.ShouldBe(ScreenKind.Hint);
        terminal.Shown.ShouldNotContain(ScreenKind.Thanks);
        _board.Confirm(_board.Cards[0].Id);
        terminal.Run(20);
        terminal.Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Text.ShouldContain("Grace");
        terminal.Loop.QueueDepth.ShouldBe(0);
        terminal.Run(4000).Screen.ShouldBe(ScreenKind.Idle);
    }

    [Fact]
    public void A_card_while_the_board_is_away_is_saved_and_says_so()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card(Uid);
        terminal.Screen.ShouldBe(ScreenKind.Offline);
        terminal.Text.ShouldContain("confirmed later");
        terminal.Text.ShouldContain("1 to confirm");
        terminal.Loop.QueueDepth.ShouldBe(1);
        terminal.Run(60000).Shown.ShouldNotContain(ScreenKind.Thanks);
    }

    [Fact]
    public void Iotedge_706_an_offline_card_survives_a_power_cut_and_is_recorded_once()
    {
        _board.Away = true;
        new SimTerminal(_storage, _board).Run(1000).Card(Uid).Run(100);
        _board.Away = false;
        SimTerminal second = new SimTerminal(_storage, _board, seed: 2).Run(5000);
        second.Loop.QueueDepth.ShouldBe(0);
        _board.Ledger.Count.ShouldBe(1);
        _board.Cards[0].Boot.ShouldNotBe(second.Loop.Boot, "the entry keeps the boot in which it was read");
        second.Shown.ShouldNotContain(ScreenKind.Thanks, "the person has left");
        SimTerminal third = new SimTerminal(_storage, _board, seed: 3).Run(5000);
        third.Loop.QueueDepth.ShouldBe(0);
        _board.Cards.Count.ShouldBe(1);
    }

    [Fact]
    public void A_power_cut_between_ledger_and_confirm_doubles_nothing()
    {
        SimTerminal first = new SimTerminal(_storage, _board).Run(1000);
        _board.Mute = true;
        first.Card(Uid).Run(100);
        string id = _board.Cards.ShouldHaveSingleItem().Id;
        _board.Confirm(id);
        _board.Ledger.Count.ShouldBe(1);

        // The MCU never sees that confirm: its power goes now.
        _board.Mute = false;
        SimTerminal second = new SimTerminal(_storage, _board, seed: 2).Run(5000);
        second.Loop.QueueDepth.ShouldBe(0);
        _board.Cards.Select(card => card.Id).ShouldAllBe(sent => sent == id);
        _board.Ledger.Count.ShouldBe(1);
    }

    [Fact]
    public void A_confirm_after_the_person_has_left_says_and_opens_nothing()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board, options: new TerminalOptions(SimTerminal.Id) { DoorOnAccept = true }).Run(1000);
        _board.Mute = true;
        terminal.Card(Uid).Run(CardDesk.LiveMs + 100);
        _board.Confirm(_board.Cards[0].Id);
        terminal.Run(100);
        terminal.Loop.QueueDepth.ShouldBe(0);
        terminal.Shown.ShouldNotContain(ScreenKind.Thanks);
        terminal.Relay.Pulses.ShouldBe(0);
    }

    [Fact]
    public void A_second_confirm_says_and_opens_nothing()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board, options: new TerminalOptions(SimTerminal.Id) { DoorOnAccept = true }).Run(1000).Card(Uid).Run(100);
        terminal.Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Relay.Pulses.ShouldBe(1);
        terminal.Run(5000).Relay.IsOpen.ShouldBeFalse();
        _board.Confirm(_board.Cards[0].Id);
        terminal.Run(100);
        terminal.Relay.Pulses.ShouldBe(1);
        terminal.Screen.ShouldBe(ScreenKind.Idle);
    }

    [Fact]
    public void EspMqttClient_163_a_full_queue_refuses_with_the_full_screen_and_drops_nothing()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board, options: new TerminalOptions(SimTerminal.Id) { QueueCapacity = 3, Chinese = false }).Run(100);
        for (int i = 0; i < 3; i++)
        {
            terminal.Card($"04A1B2C{i}");
            terminal.Screen.ShouldBe(ScreenKind.Offline);
        }

        terminal.Card("04A1B2CF");
        terminal.Screen.ShouldBe(ScreenKind.Full);
        terminal.Text.ShouldContain("Not recorded");
        terminal.Loop.QueueDepth.ShouldBe(3);
        _board.Away = false;
        terminal.Run(60000);
        _board.Ledger.Count.ShouldBe(3);
        _board.Cards.Select(card => card.Uid).ShouldBe(["04A1B2C0", "04A1B2C1", "04A1B2C2"], ignoreOrder: true);
        terminal.Card("04A1B2CF").Run(100).Screen.ShouldBe(ScreenKind.Thanks);
    }

    [Fact]
    public void A_flash_that_refuses_means_no_promise()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(100);
        _storage.Refuses = true;
        terminal.Card(Uid);
        terminal.Screen.ShouldBe(ScreenKind.Fault);
        terminal.Text.ShouldContain("Not recorded");
        terminal.Loop.QueueDepth.ShouldBe(0);
    }

    [Fact]
    public void The_same_card_within_three_seconds_is_one_reading()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        for (int i = 0; i < 10; i++)
        {
            terminal.Card(Uid).Run(500);
        }

        _board.Cards.Count.ShouldBe(1);
        terminal.Card("04FFFFFF").Run(100);
        _board.Cards.Count.ShouldBe(2);
        terminal.Run(3000).Card("04FFFFFF").Run(100);
        _board.Cards.Count.ShouldBe(3);
    }

    /// <summary>stuartpittaway/diyBMSv4ESP32#187: after Wi-Fi was off by night the socket looked fine and carried nothing.</summary>
    [Fact]
    public void DiyBMSv4ESP32_187_a_silent_link_is_noticed_within_15_seconds_and_made_anew()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(20000);
        terminal.Loop.IsConnected.ShouldBeTrue();
        terminal.Loop.Connections.ShouldBe(1, "an answering board is never left");
        _board.Silent = true;
        terminal.Until(() => !terminal.Loop.IsConnected, 15000).ShouldBeLessThanOrEqualTo(15000);
        terminal.Run(60000);
        _board.Silent = false;
        terminal.Until(() => terminal.Loop.IsConnected, 45000);
        terminal.Loop.Connections.ShouldBe(2);
    }

    [Fact]
    public void A_card_in_the_silence_is_saved_and_arrives_once()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(5000);
        _board.Silent = true;
        terminal.Card(Uid).Run(2500);
        terminal.Screen.ShouldBe(ScreenKind.Offline);
        terminal.Run(30000);
        _board.Silent = false;
        terminal.Until(() => terminal.Loop.QueueDepth == 0, 60000);
        _board.Ledger.Count.ShouldBe(1);
        terminal.Shown.ShouldNotContain(ScreenKind.Thanks);
    }

    [Fact]
    public void Attempts_back_off_to_half_a_minute_and_differ_between_terminals()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(600_000);
        _board.Begins.ShouldBeInRange(20, 50);
        SimBoard other = new(SimTerminal.Id) { Away = true };
        SimTerminal second = new SimTerminal(new MemoryStorage(), other, seed: 99).Run(600_000);
        terminal.Now.ShouldBe(second.Now);
        other.Begins.ShouldNotBe(0);
    }

    [Fact]
    public void Hello_and_status_open_every_connection()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        _board.Received[0].Leaf.ShouldBe(LinkTopics.Hello);
        HelloMessage.TryParse(_board.Received[0].Payload, out HelloMessage? hello, out _).ShouldBeTrue();
        hello!.Boot.ShouldBe(terminal.Loop.Boot);
        hello.Reason.ShouldBe("power");
        hello.Now.ShouldBe(0, "no trusted time yet");
        _board.Received.Select(message => message.Leaf).ShouldContain(LinkTopics.Status);
        int before = _board.Received.Count;
        _board.Drop();
        terminal.Run(3000);
        _board.Received.Skip(before).Select(message => message.Leaf).ShouldContain(LinkTopics.Hello);
    }

    [Fact]
    public void A_time_that_the_link_held_back_does_not_make_the_mcus_clock_late_and_sure()
    {
        const long Noon = 1_764_105_600_000;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(10_000);
        _board.Silent = true;
        terminal.Run(9_000);
        // It says its time unasked, and the packet was held back for nobody knows how long: since the last ping that was answered at most.
        _board.Silent = false;
        _board.Send(new TimeMessage { Now = Noon, Trusted = true, UncertaintyMs = 20 });
        terminal.Run(20);
        _board.Drop();
        terminal.Run(2_000);
        Hello().UncertaintyMs.ShouldBeInRange(4_520, 6_520);
        (Hello().Now - Noon).ShouldBeInRange(4_500, 8_500);

        // The answer to a ping: the clock is right, and sure of it.
        long clock = Noon + 3_000;
        _board.Clock = () => clock;
        terminal.Run(4_100);
        _board.Drop();
        terminal.Run(2_000);
        Hello().UncertaintyMs.ShouldBeLessThan(60);
        (Hello().Now - clock).ShouldBeInRange(0, 6_200);

        HelloMessage Hello() => _board.Received.Where(r => r.Leaf == LinkTopics.Hello).Select(r => HelloMessage.TryParse(r.Payload, out HelloMessage? hello, out _) ? hello : throw new FormatException()).Last();
    }

    [Fact]
    public void A_ping_says_how_long_the_mcu_runs_and_how_long_ago_the_last_pong_of_this_connection_came()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(10_000);
        PingMessage[] pings = Pings();
        pings.Length.ShouldBeGreaterThan(2);
        (pings[0].Boot, pings[0].PongN).ShouldBe((terminal.Loop.Boot, -1L));
        (pings[2].PongN, pings[2].SinceMs).ShouldBe((pings[1].N, pings[2].UptimeMs - pings[1].UptimeMs), "the simulated board answers within the same step");
        (pings[2].UptimeMs - pings[1].UptimeMs).ShouldBeInRange(4_000, 4_040);

        _board.Drop();
        terminal.Run(10_000);
        PingMessage first = Pings()[pings.Length];
        (first.PongN, first.N).ShouldBe((-1L, pings[^1].N + 1));

        PingMessage[] Pings() => [.. _board.Received.Where(r => r.Leaf == LinkTopics.Ping).Select(r => PingMessage.TryParse(r.Payload, out PingMessage? ping, out _) ? ping : throw new FormatException())];
    }

    [Fact]
    public void Punches_carry_wall_time_only_while_it_is_trusted()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card(Uid).Run(4000);
        _board.Cards[0].Now.ShouldBe(0);
        _board.Send(new TimeMessage { Now = 1764105600000, OffsetMinutes = 480, Trusted = true });
        terminal.Run(20);
        long setAt = terminal.Now;
        terminal.Run(10000).Card(Uid).Run(4000);
        (_board.Cards[1].Now - 1764105600000).ShouldBeInRange(9900, 12200, "the word may have been on its way since the last ping that was answered: the middle counts");
        (_board.Cards[1].UptimeMs - setAt).ShouldBeInRange(9900, 12200, "the word may have been on its way since the last ping that was answered: the middle counts");
        terminal.Run(4000).Text.ShouldContain("05:20", Case.Sensitive, "21:20 UTC is 05:20 at +8 h");
        _board.Send(new TimeMessage { Now = 0, OffsetMinutes = 480, Trusted = false });
        terminal.Run(20).Card(Uid).Run(100);
        _board.Cards[2].Now.ShouldBe(0);
    }

    [Fact]
    public void A_direction_key_counts_for_the_next_card_and_only_for_that()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        terminal.Keys.Press(Devices.Terminal.Parts.KeyPress.Out);
        terminal.Run(50).Card(Uid).Run(4000).Card("04FFFFFF").Run(4000);
        terminal.Keys.Press(Devices.Terminal.Parts.KeyPress.In);
        terminal.Run(CardDesk.DirectionMs + 100).Card(Uid).Run(100);
        _board.Cards.Select(card => card.Direction).ShouldBe([PunchDirection.Out, PunchDirection.None, PunchDirection.None]);
    }

    [Theory]
    [InlineData(ConfirmResult.Unknown, ScreenKind.Unknown)]
    [InlineData(ConfirmResult.Repeat, ScreenKind.Repeat)]
    [InlineData(ConfirmResult.Refused, ScreenKind.Unknown)]
    public void Other_answers_are_shown_and_end_the_entry(ConfirmResult answer, ScreenKind screen)
    {
        _board.Answer = answer;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card(Uid).Run(100);
        terminal.Screen.ShouldBe(screen);
        terminal.Loop.QueueDepth.ShouldBe(0);
        if (answer == ConfirmResult.Refused)
        {
            terminal.Text.ShouldContain("left the company");
        }
    }

    [Fact]
    public void An_entry_that_the_board_had_no_room_for_is_kept_and_offered_again()
    {
        _board.Answer = ConfirmResult.Full;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card(Uid).Run(100);
        terminal.Screen.ShouldBe(ScreenKind.Full);
        terminal.Run(20000).Loop.QueueDepth.ShouldBe(1);
        _board.Answer = ConfirmResult.Accepted;
        terminal.Run(40000).Loop.QueueDepth.ShouldBe(0);
        _board.Ledger.Count.ShouldBe(1);
    }

    [Fact]
    public void An_entry_that_is_never_answered_does_not_hold_up_the_others()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(100);
        for (int i = 0; i < 20; i++)
        {
            terminal.Card($"04A1B2{i:X2}");
        }

        _board.Away = false;
        _board.Mute = true;
        terminal.Run(120_000);
        _board.Cards.Select(card => card.Id).Distinct().Count().ShouldBeGreaterThan(2 * EntrySender.Window);
        _board.Mute = false;
        terminal.Until(() => terminal.Loop.QueueDepth == 0, 180_000);
        _board.Ledger.Count.ShouldBe(20);
    }

    [Fact]
    public void The_person_at_the_reader_comes_before_the_backlog()
    {
        _board.Away = true;
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(100);
        for (int i = 0; i < 200; i++)
        {
            terminal.Card($"04A1B2{i:X2}");
        }

        _board.Away = false;
        terminal.Until(() => terminal.Loop.IsConnected, 45000);
        terminal.Card("04FFFFFF").Run(100).Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Loop.QueueDepth.ShouldBeGreaterThan(50);
        terminal.Until(() => terminal.Loop.QueueDepth == 0, 60000);
        _board.Ledger.Count.ShouldBe(201);
    }

    [Fact]
    public void The_board_decides_the_screen_and_the_door()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        _board.Send(new ShowMessage { Screen = ScreenKind.Look });
        terminal.Run(20).Text.ShouldContain("Look here");
        _board.Send(new ShowMessage { Screen = ScreenKind.Thanks, Name = "王小明", At = 1764105600000, Seq = 4 });
        terminal.Run(20).Text.ShouldContain("王小明");
        _board.Send(new DoorMessage { Id = "d-1", OpenMs = 500 });
        _board.Send(new DoorMessage { Id = "d-1", OpenMs = 500 });
        terminal.Run(100).Relay.IsOpen.ShouldBeTrue();
        terminal.Run(500).Relay.IsOpen.ShouldBeFalse();
        terminal.Relay.Pulses.ShouldBe(1);
    }

    [Fact]
    public void What_the_camera_sees_does_not_wipe_a_card_answer()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card(Uid).Run(100);
        _board.Send(new ShowMessage { Screen = ScreenKind.Look });
        _board.Send(new ShowMessage { Screen = ScreenKind.Idle });
        terminal.Run(100).Screen.ShouldBe(ScreenKind.Thanks);
    }

    [Fact]
    public void What_the_board_says_of_itself_stands_under_the_clock_while_it_is_there_and_gives_way_to_people()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board, options: new TerminalOptions(SimTerminal.Id) { Chinese = false }).Run(1000);
        _board.Send(new ShowMessage { Screen = ScreenKind.Idle, Text = "Recovery: an older version runs" });
        terminal.Run(100).Screen.ShouldBe(ScreenKind.Idle);
        terminal.Lines[2].ShouldBe("Recovery: an older version runs");
        terminal.Card(Uid).Run(100).Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Lines[2].ShouldNotContain("Recovery");
        terminal.Run(10_000).Screen.ShouldBe(ScreenKind.Idle);
        terminal.Lines[2].ShouldBe("Recovery: an older version runs");
        _board.Silent = true;
        terminal.Run(40_000).Lines[2].ShouldBe("", "nobody knows any more");
        _board.Silent = false;
        terminal.Run(40_000);
        _board.Send(new ShowMessage { Screen = ScreenKind.Idle });
        terminal.Run(100).Lines[2].ShouldBe("");
    }

    [Fact]
    public void Bad_messages_are_counted_and_change_nothing()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        _board.SendRaw("m/m2-001/confirm", "{\"v\":1}"u8.ToArray());
        _board.SendRaw("m/m2-001/door", "{\"v\":1,\"id\":\"d\",\"open_ms\":9999999}"u8.ToArray());
        _board.SendRaw("m/m2-001/show", "garbage"u8.ToArray());
        _board.SendRaw("elsewhere", []);
        terminal.Run(100);
        terminal.Loop.BadMessages.ShouldBe(4);
        terminal.Relay.Pulses.ShouldBe(0);
        terminal.Screen.ShouldBe(ScreenKind.Idle);
        terminal.System.Lines.ShouldContain(line => line.Contains("'confirm' was ignored", StringComparison.Ordinal));
    }

    [Fact]
    public void Tamper_exit_and_presence_reach_the_board()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        terminal.Switches.SetOpen(true);
        terminal.Switches.SetPresent(true);
        terminal.Keys.Press(Devices.Terminal.Parts.KeyPress.Exit);
        terminal.Run(200);
        EventKind[] kinds = [.. _board.Received.Where(message => message.Leaf == LinkTopics.Event).Select(message =>
        {
            EventMessage.TryParse(message.Payload, out EventMessage? read, out _).ShouldBeTrue();
            return read!.Kind;
        })];
        kinds.ShouldBe([EventKind.ExitButton, EventKind.Tamper], ignoreOrder: true);
        terminal.Relay.IsOpen.ShouldBeTrue();
        _board.Received.ShouldContain(message => message.Leaf == LinkTopics.Presence);
    }

    [Fact]
    public void A_quiet_day_makes_no_garbage_to_speak_of()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(60000);
        _board.Received.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        terminal.Run(60000);
        long perStep = (GC.GetAllocatedBytesForCurrentThread() - before) / 6000;
        perStep.ShouldBeLessThan(64, "what is left is the ping every 4 s and the simulated board's own lists");
    }
}
