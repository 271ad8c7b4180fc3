using CsCheck;
using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Firmware.Tests.Sim;
using Devices.Terminal.Drivers.Contacts;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Signals;
using Devices.Terminal.Health;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class ContactTests
{
    private readonly SimTime _time = new();

    [Fact]
    public void A_bouncing_button_is_one_press_a_push() => Gen.Int[1, 12].Array[0, 20].Sample(
        pauses =>
        {
            ContactTests fresh = new();
            SimInput pin = new(fresh._time, true);
            PushButton button = new(pin, "exit button");
            int presses = 0;
            void Run(int ms) => fresh._time.Run(ms, now => presses += button.TakePressed(now) ? 1 : 0, 1);
            Run(100);
            foreach (int pause in pauses)
            {
                pin.IsHigh = !pin.IsHigh;
                Run(pause);
            }

            pin.IsHigh = false;
            Run(100);
            presses.ShouldBe(1);
            pin.IsHigh = true;
            Run(100);
            presses.ShouldBe(1);
        },
        iter: 200,
        threads: 1);

    [Fact]
    public void A_stuck_exit_button_opens_the_door_once_and_is_told()
    {
        SimInput pin = new(_time, true);
        PushButton button = new(pin, "exit button");
        int presses = 0;
        pin.IsHigh = false;
        _time.Run(PushButton.StuckMs + 1000, now => presses += button.TakePressed(now) ? 1 : 0);
        presses.ShouldBe(1);
        button.Fault.ShouldNotBeNull().Sentence.ShouldStartWith("The exit button seems stuck.");
        pin.IsHigh = true;
        _time.Run(100, now => button.TakePressed(now));
        button.Fault.ShouldBeNull();
    }

    [Fact]
    public void Keys_give_their_direction_and_a_shared_exit_button_is_told_once()
    {
        SimInput keyIn = new(_time, true);
        SimInput keyOut = new(_time, true);
        SimInput exit = new(_time, true);
        PushButton exitButton = new(exit, "exit button");
        ButtonKeys keys = new(new PushButton(keyIn, "key 'in'"), new PushButton(keyOut, "key 'out'"), exitButton);
        List<KeyPress> pressed = [];
        foreach (SimInput pin in (SimInput[])[keyIn, keyOut, exit])
        {
            pin.IsHigh = false;
            _time.Run(100, now =>
            {
                KeyPress key = keys.Poll(now);
                if (key != KeyPress.None)
                {
                    pressed.Add(key);
                }

                exitButton.TakePressed(now).ShouldBeFalse("the keys took it");
            });
            pin.IsHigh = true;
            _time.Run(100, now => keys.Poll(now));
        }

        pressed.ShouldBe([KeyPress.In, KeyPress.Out, KeyPress.Exit]);
    }

    [Fact]
    public void A_cut_wire_at_the_door_or_the_case_reads_as_open()
    {
        SimInput pin = new(_time, false);
        ShutContact contact = new(pin);
        _time.Run(100, now => contact.IsOpen(now).ShouldBeFalse());
        pin.IsHigh = true;
        _time.Run(20, now => contact.IsOpen(now).ShouldBeFalse("not yet settled"));
        _time.Run(50, now => contact.IsOpen(now));
        contact.IsOpen(_time.Now).ShouldBeTrue();
    }

    [Fact]
    public void An_opened_case_is_remembered_over_power_cuts_until_the_board_has_it()
    {
        MemoryStorage flash = new();
        SimInput pin = new(_time, false);
        TamperLatch latch = new(new ShutContact(pin), flash);
        _time.Run(200, latch.Step);
        latch.Pending.ShouldBe(0);
        pin.IsHigh = true;
        _time.Run(200, latch.Step);
        pin.IsHigh = false;
        _time.Run(200, latch.Step);
        latch.Pending.ShouldBe(1);

        TamperLatch afterCut = new(new ShutContact(pin), flash);
        afterCut.Pending.ShouldBe(1, "the board was off, the MCU lost power too");
        afterCut.Acknowledge().ShouldBeTrue();
        new TamperLatch(new ShutContact(pin), flash).Pending.ShouldBe(0);
    }

    [Fact]
    public void A_case_left_open_while_all_was_without_power_is_found_at_boot()
    {
        SimInput pin = new(_time, true);
        TamperLatch latch = new(new ShutContact(pin), new MemoryStorage());
        _time.Run(200, latch.Step);
        latch.Pending.ShouldBe(1);
    }

    [Fact]
    public void Whoever_plays_with_the_switch_wears_no_flash_out()
    {
        CountingStorage flash = new();
        SimInput pin = new(_time, false);
        TamperLatch latch = new(new ShutContact(pin), flash);
        for (int i = 0; i < 1000; i++)
        {
            pin.IsHigh = !pin.IsHigh;
            _time.Run(100, latch.Step);
        }

        latch.Pending.ShouldBe(255);
        flash.Writes.ShouldBeLessThanOrEqualTo(8);
        new TamperLatch(new ShutContact(pin), flash).Pending.ShouldBe(128);
    }

    [Fact]
    public void A_power_cut_in_the_middle_of_a_write_forgets_no_opening_that_was_saved() => Gen.Select(Gen.Int[1, 40], Gen.Int[0, 3]).Sample(
        (openings, kept) =>
        {
            ContactTests fresh = new();
            TornStorage flash = new();
            SimInput pin = new(fresh._time, false);
            TamperLatch latch = new(new ShutContact(pin), flash);
            int saved = 0;
            for (int i = 1; i <= openings; i++)
            {
                saved = int.IsPow2(i) ? saved + 1 : saved;
                if (i == openings)
                {
                    flash.KeepOfNext = kept;
                }

                pin.IsHigh = true;
                fresh._time.Run(100, latch.Step);
                pin.IsHigh = false;
                fresh._time.Run(100, latch.Step);
            }

            int found = new TamperLatch(new ShutContact(pin), flash).Pending;
            found.ShouldBeGreaterThanOrEqualTo(openings == 1 && kept < 3 ? 0 : 1);
            found.ShouldBeLessThanOrEqualTo(openings);
        },
        iter: 200,
        threads: 1);

    [Fact]
    public void The_relay_is_low_from_its_first_moment()
    {
        SimOutput pin = new(_time);
        DoorRelay relay = new(pin);
        pin.Level.ShouldBe(false);
        relay.Set(true);
        pin.Level.ShouldBe(true);
    }

    [Fact]
    public void The_buzzer_and_the_light_drive_their_pins()
    {
        SimPwm piezo = new();
        PwmBuzzer buzzer = new(piezo);
        piezo.Permille.ShouldBe(0);
        buzzer.On(4000);
        (piezo.Hertz, piezo.Permille).ShouldBe((4000, 500));
        buzzer.On(0);
        piezo.Hertz.ShouldBe(100);
        buzzer.Off();
        piezo.Permille.ShouldBe(0);

        SimPwm red = new();
        SimPwm green = new();
        SimPwm blue = new();
        PwmRgbLed led = new(red, green, blue);
        led.Show(0xFF8000);
        (red.Permille, green.Permille, blue.Permille).ShouldBe((1000, 252, 0));
        int calls = red.Calls;
        led.Show(0xFF8000);
        red.Calls.ShouldBe(calls, "the same colour costs nothing");
    }

    [Fact]
    public void The_watchdog_chip_stays_quiet_while_all_threads_come_round_and_resets_when_one_does_not()
    {
        SimTps3823 chip = new(_time);
        _time.Run(30000, _ => chip.Step());
        chip.Resets.ShouldBe(0, "WDI floats while the chip boots or is flashed");

        WatchdogKicker kicker = new(chip);
        ThreadWatch threads = new();
        int loop = threads.Enter("loop", 20000, _time.Now);
        void Supervise(long now)
        {
            chip.Step();
            if (threads.Overdue(now).Length == 0)
            {
                kicker.Kick(now);
            }
        }

        _time.Run(
            3600000,
            now =>
            {
                threads.Alive(loop, now);
                Supervise(now);
            },
            300);
        chip.Resets.ShouldBe(0);
        chip.Edges.ShouldBeGreaterThan(10000, "edges, not levels");

        _time.Run(20000, Supervise, 300);
        chip.Resets.ShouldBe(0, "the loop still has time");
        _time.Run(3000, Supervise, 300);
        chip.Resets.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Kicks_are_thinned_out()
    {
        SimOutput wdi = new(_time);
        _time.Run(10000, new WatchdogKicker(wdi).Kick, 1);
        wdi.Edges.Count.ShouldBe(10000 / WatchdogKicker.EveryMs);
    }

    private sealed class CountingStorage : IStorage
    {
        private readonly MemoryStorage _inner = new();

        public int Writes { get; private set; }

        public bool Exists(string name) => _inner.Exists(name);

        public byte[]? Read(string name) => _inner.Read(name);

        public bool Append(string name, byte[] data, int length) => _inner.Append(name, data, length);

        public bool Write(string name, byte[] data, int length)
        {
            Writes++;
            return _inner.Write(name, data, length);
        }

        public bool Rename(string from, string to) => _inner.Rename(from, to);

        public bool Delete(string name) => _inner.Delete(name);
    }

    private sealed class TornStorage : IStorage
    {
        private readonly Dictionary<string, byte[]> _files = [];

        /// <summary>Bytes of the next write that reach the flash before the power goes; -1: all.</summary>
        public int KeepOfNext { get; set; } = -1;

        public bool Exists(string name) => _files.ContainsKey(name);

        public byte[]? Read(string name) => _files.GetValueOrDefault(name);

        public bool Append(string name, byte[] data, int length) => false;

        public bool Write(string name, byte[] data, int length)
        {
            _files[name] = data[..(KeepOfNext >= 0 ? Math.Min(KeepOfNext, length) : length)];
            KeepOfNext = -1;
            return true;
        }

        public bool Rename(string from, string to) => false;

        public bool Delete(string name)
        {
            _files.Remove(name);
            return true;
        }
    }
}
