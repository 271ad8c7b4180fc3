using Devices.Firmware.Tests.Sim;
using Devices.Link;
using Devices.Terminal;
using Devices.Terminal.Clock;
using Devices.Terminal.Door;
using Devices.Terminal.Health;
using Devices.Terminal.Keys;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests;

/// <summary>PIN pad, door, light, clock chip, part faults, safe mode and reset, in virtual time.</summary>
public sealed class DeskTests
{
    private const long Epoch = 1764105600000;

    private readonly MemoryStorage _storage = new();
    private readonly SimBoard _board = new(SimTerminal.Id);

    [Fact]
    public void A_number_and_a_pin_become_one_durable_entry_that_is_never_shown_or_logged()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        Type(terminal, "1001#");
        terminal.Text.ShouldContain("PIN");
        Type(terminal, "482*26");
        terminal.Text.ShouldContain("****_");
        Type(terminal, "#");
        terminal.Run(100).Screen.ShouldBe(ScreenKind.Thanks);
        PinMessage sent = _board.Pins.ShouldHaveSingleItem();
        (sent.Person, sent.Pin).ShouldBe(("1001", "4826"));
        terminal.Loop.QueueDepth.ShouldBe(0);
        terminal.System.Lines.ShouldNotContain(line => line.Contains("4826", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pin_typed_while_the_board_is_away_survives_a_power_cut()
    {
        _board.Away = true;
        SimTerminal first = new SimTerminal(_storage, _board).Run(1000);
        Type(first, "1001#4826#");
        first.Run(50).Screen.ShouldBe(ScreenKind.Offline);
        _board.Away = false;
        SimTerminal second = new SimTerminal(_storage, _board, seed: 2).Run(5000);
        second.Loop.QueueDepth.ShouldBe(0);
        _board.Pins.Count.ShouldBe(1);
    }

    [Fact]
    public void Half_an_entry_is_forgotten_and_too_short_a_pin_is_not_sent()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        Type(terminal, "1001#48#");
        terminal.Run(PinPad.IdleMs + 1000).Screen.ShouldBe(ScreenKind.Idle);
        Type(terminal, "26#");
        terminal.Run(100);
        Type(terminal, "**");
        terminal.Run(200).Screen.ShouldBe(ScreenKind.Idle);
        _board.Pins.ShouldBeEmpty();
    }

    [Fact]
    public void After_three_wrong_pins_the_keypad_rests_and_then_works_again()
    {
        _board.Answer = ConfirmResult.Refused;
        _board.Reason = "pin-wrong";
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        for (int i = 0; i < 3; i++)
        {
            Type(terminal, "1001#1111#");
            terminal.Run(500).Text.ShouldContain("Wrong number or PIN");
        }

        Type(terminal, "1");
        terminal.Text.ShouldContain("wait");
        terminal.Run(31_000);
        _board.Answer = ConfirmResult.Accepted;
        Type(terminal, "1001#4826#");
        terminal.Run(100).Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Card("04A1B2C3").Run(100).Screen.ShouldBe(ScreenKind.Thanks, "cards never rested");
    }

    [Fact]
    public void A_door_opened_without_a_release_is_forced_and_sounds_until_it_is_shut()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(5000);
        terminal.Door.SetOpen(true);
        terminal.Run(100);
        _board.Events.ShouldContain(e => e.Kind == EventKind.DoorForced);
        int tones = terminal.Buzzer.Tones;
        terminal.Run(12_000).Buzzer.Tones.ShouldBeGreaterThan(tones);
        HashSet<int> light = [];
        for (int i = 0; i < 100; i++) light.Add(terminal.Run(10).Led.Rgb);
        light.ShouldBe([LedDirector.Red, 0], ignoreOrder: true);
        terminal.Door.SetOpen(false);
        terminal.Run(7000);
        tones = terminal.Buzzer.Tones;
        terminal.Run(20_000).Buzzer.Tones.ShouldBe(tones);
        _board.Events.Count(e => e.Kind == EventKind.DoorForced).ShouldBe(1);
    }

    [Fact]
    public void A_released_door_may_open_and_is_told_when_it_stands_open_too_long()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(5000);
        terminal.Door.Press();
        terminal.Run(50).Relay.IsOpen.ShouldBeTrue();
        terminal.Door.SetOpen(true);
        terminal.Run(29_000);
        _board.Events.Select(e => e.Kind).ShouldBe([EventKind.ExitButton]);
        terminal.Run(2000);
        _board.Events.Select(e => e.Kind).ShouldBe([EventKind.ExitButton, EventKind.DoorHeld]);
        terminal.Run(DoorWatch.AgainMs);
        _board.Events.Count(e => e.Kind == EventKind.DoorHeld).ShouldBe(2, "told again while it lasts");
    }

    [Fact]
    public void The_latch_that_falls_late_is_no_force_and_a_door_open_at_boot_is_none_either()
    {
        SimTerminal terminal = new(_storage, _board);
        terminal.Door.SetOpen(true);
        terminal.Run(5000);
        terminal.Door.SetOpen(false);
        terminal.Run(1000);
        terminal.Door.Press();
        terminal.Run(3000 + 800);
        terminal.Relay.IsOpen.ShouldBeFalse();
        terminal.Door.SetOpen(true);
        terminal.Run(100);
        _board.Events.ShouldNotContain(e => e.Kind == EventKind.DoorForced);
    }

    [Fact]
    public void The_exit_button_works_with_a_full_or_refusing_flash_and_in_safe_mode()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board, options: new TerminalOptions(SimTerminal.Id) { SafeMode = true, Crashes = 5, Chinese = false }).Run(1000);
        _storage.Refuses = true;
        terminal.Door.Press();
        terminal.Run(20).Relay.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void The_clock_chip_brings_the_time_over_a_boot_with_an_honest_uncertainty()
    {
        SimRtc rtc = new();
        SimTerminal first = new SimTerminal(_storage, _board, rtc: rtc).Run(1000);
        _board.Send(new TimeMessage { Now = Epoch, OffsetMinutes = 480, Trusted = true, UncertaintyMs = 40 });
        first.Run(2000);
        rtc.Set(0).ShouldBeTrue();
        rtc.SetTo.Count.ShouldBe(2);
        (rtc.SetTo[0] - Epoch).ShouldBeInRange(0, 2000);
        (rtc.SetTo[0] % 1000).ShouldBeLessThan(50, "set near a full second");

        // Thirty days without power.
        rtc.Now = Epoch + (30L * 24 * 3600 * 1000);
        _board.Received.Clear();
        SimTerminal second = new SimTerminal(_storage, _board, seed: 2, rtc: rtc).Run(100);
        HelloMessage.TryParse(_board.Received[0].Payload, out HelloMessage? hello, out _).ShouldBeTrue();
        (hello!.Now - rtc.Now).ShouldBeInRange(0, 50);
        hello.UncertaintyMs.ShouldBeInRange(13_000, 15_000, "30 days at 5 ppm are 13 s, whole seconds one more");
        second.Card("04A1B2C3").Run(100);
        _board.Cards[0].Now.ShouldBeGreaterThan(Epoch);

        // Sixty days: too unsure to stamp a punch with.
        rtc.Now = Epoch + (60L * 24 * 3600 * 1000);
        SimTerminal third = new SimTerminal(_storage, _board, seed: 3, rtc: rtc).Run(5000).Card("04FFFFFF").Run(100);
        _board.Cards[^1].Now.ShouldBe(0);
        third.Screen.ShouldBe(ScreenKind.Thanks);
    }

    [Fact]
    public void A_clock_chip_that_lost_its_time_or_was_set_by_others_is_not_believed()
    {
        SimRtc rtc = new() { Now = Epoch };
        SimTerminal unset = new SimTerminal(_storage, _board, rtc: rtc).Run(1000).Card("04A1B2C3").Run(100);
        _board.Cards[^1].Now.ShouldBe(0, "it was never set by this terminal's board");
        _board.Send(new TimeMessage { Now = Epoch, OffsetMinutes = 480, Trusted = true });
        unset.Run(2000);
        rtc.Lost = true;
        new SimTerminal(_storage, _board, seed: 2, rtc: rtc).Run(5000).Card("04FFFFFF").Run(100);
        _board.Cards[^1].Now.ShouldBe(0);
        rtc.Lost = false;
        rtc.Now = Epoch - 86_400_000;
        new SimTerminal(_storage, _board, seed: 3, rtc: rtc).Run(5000).Card("04FFFF01").Run(100);
        _board.Cards[^1].Now.ShouldBe(0, "a time before it was set cannot be");
    }

    [Fact]
    public void Temperature_and_voltage_go_with_the_status_and_only_when_measured()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        Status().ShouldBe((3150, 5020));
        terminal.Sensors.Celsius100 = null;
        terminal.Sensors.Millivolts = 4700;
        _board.Received.Clear();
        terminal.Run(61_000);
        Status().ShouldBe((StatusMessage.NotMeasured, 4700));

        (int, int) Status()
        {
            StatusMessage.TryParse(_board.Received.Last(m => m.Leaf == LinkTopics.Status).Payload, out StatusMessage? status, out _).ShouldBeTrue();
            return (status!.Celsius100, status.Millivolts);
        }
    }

    [Fact]
    public void The_Wi_Fi_is_measured_while_nobody_is_there_at_most_once_an_hour_and_told_in_the_status()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        terminal.Sensors.Dbm = -71;
        terminal.Switches.SetPresent(true);
        terminal.Run(SignalWatch.FirstMs + 120_000).Sensors.Scans.ShouldBe(0, "somebody is there");
        terminal.Switches.SetPresent(false);
        terminal.Run(SignalWatch.QuietMs + 5_000).Sensors.Scans.ShouldBe(1);
        terminal.Run(61_000);
        Status().ShouldBe(-71);
        terminal.Run(SignalWatch.EveryMs - 120_000).Sensors.Scans.ShouldBe(1);
        terminal.Run(200_000).Sensors.Scans.ShouldBe(2);
        _board.Silent = true;
        terminal.Run(SignalWatch.EveryMs * 2).Sensors.Scans.ShouldBe(2, "while it looks for the board it does not look away");

        // Over a cable there is nothing to measure, and nothing is told.
        SimTerminal cable = new SimTerminal(new(), new(SimTerminal.Id)).Run(SignalWatch.FirstMs + 200_000);
        cable.Sensors.Scans.ShouldBe(0);
        StatusMessage.TryParse(cable.Board.Received.Last(m => m.Leaf == LinkTopics.Status).Payload, out StatusMessage? none, out _).ShouldBeTrue();
        none!.Rssi.ShouldBe(StatusMessage.NotMeasured);

        int Status()
        {
            StatusMessage.TryParse(_board.Received.Last(m => m.Leaf == LinkTopics.Status).Payload, out StatusMessage? status, out _).ShouldBeTrue();
            return status!.Rssi;
        }
    }

    [Fact]
    public void A_parts_fault_is_told_once_and_a_part_that_throws_stops_no_punch()
    {
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000);
        terminal.Health.Fault = new PartFault("clock DS3231", PartFaultKind.NotAnswering, "The clock DS3231 does not answer. Check its cable.");
        terminal.Run(60_000);
        _board.Events.ShouldHaveSingleItem().Detail.ShouldContain("DS3231");
        terminal.Switches.Throws = true;
        terminal.Card("04A1B2C3").Run(100).Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Run(60_000);
        _board.Events.Count(e => e.Detail.Contains("failed", StringComparison.Ordinal)).ShouldBe(2, "presence and case switch, once each");
    }

    [Fact]
    public void After_five_starts_that_did_not_last_safe_mode_still_takes_cards_and_a_good_run_ends_it()
    {
        for (int i = 0; i < BootGuard.SafeAfter; i++)
        {
            BootGuard guard = new(_storage);
            guard.Begin();
            guard.IsSafeMode.ShouldBeFalse();
        }

        BootGuard safe = new(_storage);
        safe.Begin();
        safe.IsSafeMode.ShouldBeTrue();
        SimTerminal terminal = new SimTerminal(_storage, _board, options: new TerminalOptions(SimTerminal.Id) { SafeMode = true, Crashes = safe.Crashes, Chinese = false }).Run(1000);
        terminal.Switches.SetPresent(true);
        terminal.Card("04A1B2C3").Run(100).Screen.ShouldBe(ScreenKind.Thanks);
        terminal.Text.ShouldContain("Safe mode");
        _board.Received.ShouldNotContain(m => m.Leaf == LinkTopics.Presence);
        _board.Events.ShouldContain(e => e.Detail.StartsWith("Safe mode after 5", StringComparison.Ordinal));
        safe.Step(BootGuard.StableMs);
        BootGuard next = new(_storage);
        next.Begin();
        next.IsSafeMode.ShouldBeFalse();
    }

    [Fact]
    public void An_orderly_end_is_no_crash_and_a_damaged_counter_counts_as_none()
    {
        for (int i = 0; i < 20; i++)
        {
            BootGuard guard = new(_storage);
            guard.Begin();
            guard.Crashes.ShouldBe(0);
            guard.Orderly();
        }

        _storage.Set(BootGuard.FileName, [9, 1, 2, 3, 4]);
        BootGuard damaged = new(_storage);
        damaged.Begin();
        damaged.Crashes.ShouldBe(0);
    }

    [Fact]
    public void The_reset_combination_needs_the_open_case_and_keeps_waiting_punches()
    {
        _board.Away = true;
        _storage.Set(TerminalConfig.FileName, [1]);
        SimTerminal terminal = new SimTerminal(_storage, _board).Run(1000).Card("04A1B2C3").Run(4000);
        Combination(terminal);
        terminal.Run(5000).Loop.RebootReason.ShouldBe("");
        _storage.Exists(TerminalConfig.FileName).ShouldBeTrue();
        terminal.Switches.SetOpen(true);
        terminal.Run(100);
        Combination(terminal);
        terminal.Run(5000).Loop.RebootReason.ShouldBe("reset");
        _storage.Exists(TerminalConfig.FileName).ShouldBeFalse();
        _board.Away = false;
        SimTerminal second = new SimTerminal(_storage, _board, seed: 2).Run(5000);
        _board.Cards.Count.ShouldBe(1);
        second.Loop.QueueDepth.ShouldBe(0);

        static void Combination(SimTerminal terminal)
        {
            for (int i = 0; i < ResetCombination.Presses; i++)
            {
                terminal.Keys.Press(i % 2 == 0 ? KeyPress.In : KeyPress.Out);
                terminal.Run(300);
            }
        }
    }

    [Fact]
    public void Every_kind_of_screen_has_its_light_and_its_words_in_both_languages()
    {
        foreach (ScreenKind kind in Enum.GetValues<ScreenKind>().Where(k => k != ScreenKind.Idle))
        {
            new Devices.Terminal.Screens.ScreenTexts(true).Title(kind).ShouldNotBeNullOrEmpty(kind.ToString());
            new Devices.Terminal.Screens.ScreenTexts(false).Title(kind).ShouldNotBeNullOrEmpty(kind.ToString());
            HostLedLook(kind).ShouldNotBe(0, kind.ToString());
        }

        static int HostLedLook(ScreenKind kind)
        {
            Devices.Standins.Terminal.HostLed led = new();
            new LedDirector(led).Step(kind, true, false, 0);
            return led.Rgb;
        }
    }

    [Fact]
    public void A_thread_that_does_not_come_round_is_named_and_one_that_left_is_not()
    {
        ThreadWatch watch = new();
        int loop = watch.Enter("loop", 20_000, 0);
        int wifi = watch.Enter("wifi", 60_000, 0);
        watch.Alive(loop, 15_000);
        watch.Overdue(30_000).ShouldBe("");
        watch.Overdue(36_000).ShouldBe("loop");
        watch.Alive(loop, 60_000);
        watch.Overdue(60_001).ShouldBe("wifi");
        watch.Leave(wifi);
        watch.Overdue(70_000).ShouldBe("");
        for (int i = 1; i < ThreadWatch.Size; i++) watch.Enter("t", 1, 0).ShouldBeGreaterThanOrEqualTo(0);
        watch.Enter("one too many", 1, 0).ShouldBe(-1);
    }

    private static void Type(SimTerminal terminal, string keys)
    {
        foreach (char key in keys)
        {
            terminal.Keypad.Type($"{key}");
            terminal.Run(20);
        }
    }
}
