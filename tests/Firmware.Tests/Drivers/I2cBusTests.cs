using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Drivers.Clock;
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
        I2cGuard guard = new(bus, bus);
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
        Ds3231 clock = new(new I2cGuard(bus, bus));
        clock.TryRead(out _).ShouldBeFalse();
        bus.Clocks.ShouldBeLessThanOrEqualTo(I2cRecovery.MostClocks + 1);
        clock.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.BusStuck);
        clock.Fault!.Sentence.ShouldContain("its bus is held");
    }

    [Fact]
    public void A_held_clock_line_is_not_fought()
    {
        SimI2c bus = new(new SimDs3231(_time)) { SclHeld = true };
        Ds3231 clock = new(new I2cGuard(bus, bus));
        clock.TryRead(out _).ShouldBeFalse();
        bus.Clocks.ShouldBe(0);
        clock.Fault!.Kind.ShouldBe(PartFaultKind.BusStuck);
        bus.SclHeld = false;
        clock.TryRead(out _).ShouldBeFalse();
        clock.Fault!.Kind.ShouldBe(PartFaultKind.LostData, "it answers again, and says that it is new");
    }
}
