using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Drivers.Clock;
using Devices.Terminal.Drivers.Contacts;
using Devices.Terminal.Drivers.Keys;
using Devices.Terminal.Drivers.Panels;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Presence;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Drivers.Signals;

namespace Devices.Firmware.Tests.Drivers;

/// <summary>The chip's heap is small and its collector stops everything: in steady state no driver allocates a byte.</summary>
public sealed class GarbageTests
{
    private readonly SimTime _time = new();

    [Fact]
    public void The_readers_make_none_while_nobody_is_there()
    {
        QuietChip quiet = new();
        Rc522 rc522 = new(quiet, new SimOutput(_time));
        WiegandReader wiegand = new(new SimInput(_time, true), new SimInput(_time, true));
        Quiet(now =>
        {
            rc522.Poll(now);
            rc522.TakeDamaged();
            wiegand.Poll(now);
            wiegand.TakeDamaged();
        });
        rc522.Fault.ShouldBeNull();
        quiet.Sends.ShouldBeGreaterThan(100, "it did look for cards");
    }

    [Fact]
    public void A_missing_chip_costs_none_either()
    {
        SimI2c bus = new();
        Pn532 pn532 = new(new Pn532I2c(bus));
        Vl53l0x distance = new(bus);
        MatrixKeypad keypad = new(new Pcf8574Matrix(bus));
        Ds3231 clock = new(bus);
        Ina219 voltage = new(bus);
        Quiet(now =>
        {
            pn532.Poll(now);
            distance.Millimetres(now);
            keypad.Poll(now);
            clock.TryRead(out _);
            voltage.TryReadMillivolts(out _);
        });
        clock.Fault.ShouldNotBeNull();
    }

    [Fact]
    public void The_sensors_contacts_and_signals_make_none_at_work()
    {
        SimVl53l0x ranging = new(_time);
        SimDs3231 chip = new(_time);
        chip.Set(new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc));
        SimI2c bus = new(ranging, chip);
        Vl53l0x distance = new(new I2cGuard(bus, bus, _time));
        Ds3231 clock = new(bus);
        SimInput pin = new(_time, true);
        PushButton button = new(pin, "exit button");
        ShutContact door = new(pin);
        PirSensor pir = new(pin);
        DistancePresence presence = new(distance, 1200);
        WatchdogKicker kicker = new(new NullPin());
        PwmBuzzer buzzer = new(new SimPwm());
        PwmRgbLed led = new(new SimPwm(), new SimPwm(), new SimPwm());
        Quiet(now =>
        {
            presence.IsPresent(now);
            clock.TryRead(out _);
            clock.TryReadCelsius100(out _);
            button.TakePressed(now);
            door.IsOpen(now);
            pir.IsPresent(now);
            kicker.Kick(now);
            buzzer.On(2000);
            buzzer.Off();
            led.Show((int)now);
        });
        distance.Fault.ShouldBeNull();
    }

    [Fact]
    public void The_panel_makes_none_while_it_draws()
    {
        SimPanel glass = new(_time, 240, 240, false);
        SpiPanel panel = new(new NullSpi(), glass.Dc, glass.Reset, new SimPwm(), PanelKind.St7789Square, 0);
        _time.Until(2000, panel.Ready).ShouldBeTrue();
        byte[] cell = new byte[24 * 32 * 2];
        Quiet(now =>
        {
            panel.Ready(now).ShouldBeTrue();
            panel.Draw(10, 10, 24, 32, cell);
            panel.Fill(0, 0, 240, 8, (int)now);
        });
    }

    private void Quiet(Action<long> step)
    {
        // First everything that is made once.
        _time.Run(70000, step);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _time.Run(100000, step);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1024, "10,000 steps");
    }

    /// <summary>An MFRC522 without cards that allocates nothing itself: right version, right CRC, and the timer's interrupt after each frame.</summary>
    private sealed class QuietChip : ISpiBus
    {
        private readonly byte[] _registers = new byte[64];

        public int Sends { get; private set; }

        public void Write(byte[] data, int offset, int count)
        {
            int register = (data[offset] >> 1) & 0x3F;
            _registers[register] = data[offset + 1];
            Sends += register == 0x0D && (data[offset + 1] & 0x80) != 0 ? 1 : 0;
        }

        public void Transfer(byte[] write, byte[] read, int count)
        {
            for (int i = 1; i < count; i++)
            {
                int register = (write[i - 1] >> 1) & 0x3F;
                read[i] = register switch { 0x37 => 0x92, 0x04 => 0x01, 0x05 => 0x04, 0x21 => 0x1E, 0x22 => 0xA0, _ => _registers[register] };
            }
        }
    }

    private sealed class NullPin : IPinOutput
    {
        public void Set(bool high)
        {
        }
    }

    private sealed class NullSpi : ISpiBus
    {
        public void Write(byte[] data, int offset, int count)
        {
        }

        public void Transfer(byte[] write, byte[] read, int count)
        {
        }
    }
}
