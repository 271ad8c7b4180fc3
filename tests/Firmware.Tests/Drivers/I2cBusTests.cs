using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Drivers.Clock;
using Devices.Terminal.Drivers.Keys;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Presence;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class I2cBusTests
{
    private readonly SimTime _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void A_chip_that_holds_SDA_is_clocked_free_and_the_transfer_goes_through(int clocks)
    {
        SimDs3231 chip = new(_time);
        chip.Set(new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc));
        SimI2c bus = new(chip) { SdaHeldFor = clocks };
        I2cGuard guard = new(bus, bus, _time);
        new Ds3231(guard).TryRead(out long epoch).ShouldBeTrue();
        epoch.ShouldBe(1772323200000);
        guard.Recoveries.ShouldBe(1);
        bus.Stops.ShouldBe(1, "a STOP ends what the chip was at");
        bus.Clocks.ShouldBeInRange(clocks, 10);
    }

    [Fact]
    public void A_line_that_stays_held_is_given_up_after_nine_clocks_and_reported()
    {
        SimI2c bus = new(new SimDs3231(_time)) { SdaHeldFor = int.MaxValue };
        Ds3231 clock = new(new I2cGuard(bus, bus, _time));
        clock.TryRead(out _).ShouldBeFalse();
        bus.Clocks.ShouldBeLessThanOrEqualTo(I2cRecovery.MostClocks + 1);
        clock.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.BusStuck);
        clock.Fault!.Sentence.ShouldContain("its bus is held");
    }

    [Fact]
    public void A_held_clock_line_is_not_fought()
    {
        SimI2c bus = new(new SimDs3231(_time)) { SclHeld = true };
        Ds3231 clock = new(new I2cGuard(bus, bus, _time));
        clock.TryRead(out _).ShouldBeFalse();
        bus.Clocks.ShouldBe(0);
        clock.Fault!.Kind.ShouldBe(PartFaultKind.BusStuck);
        bus.SclHeld = false;
        _time.Pass(I2cGuard.RestMs);
        clock.TryRead(out _).ShouldBeFalse();
        clock.Fault!.Kind.ShouldBe(PartFaultKind.LostData, "it answers again, and says that it is new");
    }

    [Fact]
    public void Five_chips_on_a_dead_bus_cost_one_try_in_five_seconds_and_all_come_back()
    {
        SimDs3231 chip = new(_time);
        chip.Set(new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc));
        SimVl53l0x ranging = new(_time) { Millimetres = 700 };
        SimPcf8574 keys = new();
        SimI2c bus = new(chip, ranging, keys, new SimIna219(), new SimPn532(_time) { Cards = { new byte[] { 1, 2, 3, 4 } } }) { SdaHeldFor = int.MaxValue };
        I2cGuard guard = new(bus, bus, _time);
        Ds3231 clock = new(guard);
        Vl53l0x distance = new(guard);
        MatrixKeypad keypad = new(new Pcf8574Matrix(guard));
        Ina219 voltage = new(guard);
        Pn532 reader = new(new Pn532I2c(guard));
        bool card = false;
        void Step(long now)
        {
            clock.TryRead(out _);
            voltage.TryReadMillivolts(out _);
            distance.Millimetres(now);
            keypad.Poll(now);
            card |= reader.Poll(now) is not null;
        }

        _time.Run(60000, Step);
        bus.Transfers.ShouldBeLessThanOrEqualTo(13);
        bus.Clocks.ShouldBeLessThanOrEqualTo(13 * (I2cRecovery.MostClocks + 1));
        foreach (IPartHealth part in (IPartHealth[])[clock, distance, keypad, voltage, reader])
        {
            part.Fault.ShouldNotBeNull().Kind.ShouldBeOneOf(PartFaultKind.BusStuck, PartFaultKind.NotAnswering);
        }

        bus.SdaHeldFor = 3;
        _time.Until(130000, now =>
        {
            Step(now);
            return card && clock.Fault is null && distance.Millimetres(now) == 700 && keypad.Fault is null && voltage.Fault is null;
        }).ShouldBeTrue();
    }
}
