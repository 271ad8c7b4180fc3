using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class Ina219Tests
{
    private readonly SimIna219 _chip = new();
    private readonly SimI2c _bus;
    private readonly Ina219 _meter;

    public Ina219Tests()
    {
        _bus = new SimI2c(_chip);
        _meter = new Ina219(_bus);
    }

    [Fact]
    public void It_sets_its_range_and_reads_the_supply()
    {
        _chip.Millivolts = 4864;
        _meter.TryReadMillivolts(out int read).ShouldBeTrue();
        read.ShouldBe(4864);
        _chip.Configuration.ShouldBe(0x019F);
    }

    [Fact]
    public void After_a_dip_in_its_supply_it_is_set_up_again()
    {
        _meter.TryReadMillivolts(out _).ShouldBeTrue();
        _chip.PowerCycle();
        _meter.TryReadMillivolts(out _).ShouldBeFalse("what was read then had another range");
        _meter.TryReadMillivolts(out int read).ShouldBeTrue();
        read.ShouldBe(5000);
        _meter.Fault.ShouldBeNull();
    }

    [Fact]
    public void Missing_and_foreign_chips_are_told()
    {
        _chip.Foreign = true;
        _meter.TryReadMillivolts(out _).ShouldBeFalse();
        _meter.Fault!.Kind.ShouldBe(PartFaultKind.WrongChip);
        _bus.Unplug(0x40);
        _meter.TryReadMillivolts(out _).ShouldBeFalse();
        _meter.Fault!.Kind.ShouldBe(PartFaultKind.NotAnswering);
        _chip.Foreign = false;
        _bus.Plug(_chip);
        _meter.TryReadMillivolts(out _).ShouldBeTrue();
        _meter.Fault.ShouldBeNull();
    }
}
