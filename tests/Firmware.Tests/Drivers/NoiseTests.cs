using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Drivers.Clock;
using Devices.Terminal.Drivers.Keys;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Presence;
using Devices.Terminal.Drivers.Readers;

namespace Devices.Firmware.Tests.Drivers;

/// <summary>Buses that say anything at all: nothing is thrown, nothing waits for ever, no card is invented.</summary>
public sealed class NoiseTests
{
    private readonly SimTime _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_at_the_RC522_are_no_card(int seed)
    {
        NoisyBus bus = new(seed);
        Rc522 reader = new(bus, new SimOutput(_time));
        _time.Run(3600000, now => reader.Poll(now).ShouldBeNull());

        // The same from a chip that came up well and is disturbed afterwards.
        SimMfrc522 chip = new(_time);
        NoisyBus mixed = new(seed) { Inner = chip };
        Rc522 disturbed = new(mixed, new SimOutput(_time));
        _time.Run(1800000, now => disturbed.Poll(now).ShouldBeNull());
        mixed.Disturbed.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_bytes_from_the_PN532_are_no_card(int seed)
    {
        NoisyBus bus = new(seed);
        Pn532 i2c = new(new Pn532I2c(bus));
        Pn532 hsu = new(new Pn532Hsu(bus));
        _time.Run(3600000, now =>
        {
            i2c.Poll(now).ShouldBeNull();
            hsu.Poll(now).ShouldBeNull();
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_bytes_on_the_I2C_bus_throw_nothing_and_type_no_key_sequence(int seed)
    {
        NoisyBus bus = new(seed);
        Ds3231 clock = new(bus);
        Ina219 voltage = new(bus);
        Vl53l0x distance = new(bus);
        MatrixKeypad keypad = new(new Pcf8574Matrix(bus));
        int keys = 0;
        _time.Run(600000, now =>
        {
            clock.TryRead(out _);
            clock.TryReadCelsius100(out _);
            clock.Set(1790000000000);
            voltage.TryReadMillivolts(out _);
            distance.Millimetres(now).ShouldBeInRange(-1, 8190);
            keys += keypad.Poll(now) == '\0' ? 0 : 1;
        });
        keys.ShouldBe(0, "no pattern stands for 30 ms");
    }

    [Fact]
    public void Spikes_on_the_Wiegand_lines_are_no_card()
    {
        SimInput d0 = new(_time, true);
        SimInput d1 = new(_time, true);
        WiegandReader reader = new(d0, d1);
        Random random = new(7);
        int damaged = 0;
        for (int burst = 0; burst < 5000; burst++)
        {
            // As a motor's contactor makes them. Runs of exactly 26, 34 or 37 have right parities in a quarter of cases: that is all that two parity bits can do.
            for (int i = random.Next(1, 26); i > 0; i--)
            {
                SimInput line = random.Next(2) == 0 ? d0 : d1;
                line.IsHigh = false;
                line.IsHigh = true;
            }

            _time.Run(100, now =>
            {
                reader.Poll(now).ShouldBeNull();
                damaged += reader.TakeDamaged() ? 1 : 0;
            });
        }

        damaged.ShouldBe(5000);
        reader.Fault.ShouldBeNull();
    }

    private sealed class NoisyBus(int seed) : II2cBus, ISpiBus, ISerial
    {
        private readonly Random _random = new(seed);

        public ISpiBus? Inner { get; init; }

        public int Disturbed { get; private set; }

        public BusResult Write(int address, byte[] data, int count) => Any();

        public BusResult Read(int address, byte[] data, int count)
        {
            _random.NextBytes(data.AsSpan(0, count));
            return Any();
        }

        public BusResult WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount) => Read(address, read, readCount);

        public void Write(byte[] data, int offset, int count) => Inner?.Write(data, offset, count);

        public void Transfer(byte[] write, byte[] read, int count)
        {
            Inner?.Transfer(write, read, count);
            if (Inner is null || _random.Next(200) == 0)
            {
                Disturbed++;
                _random.NextBytes(read.AsSpan(0, count));
            }
        }

        public int Read(byte[] buffer, int count)
        {
            int given = _random.Next(0, Math.Min(count, 12) + 1);
            _random.NextBytes(buffer.AsSpan(0, given));
            return given;
        }

        public bool Write(byte[] data, int count) => _random.Next(50) != 0;

        private BusResult Any() => _random.Next(100) switch { 0 => BusResult.Nack, 1 => BusResult.Stuck, 2 => BusResult.Partial, _ => BusResult.Ok };
    }
}
