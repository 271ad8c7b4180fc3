using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Presence;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class PresenceTests
{
    private readonly SimTime _time = new();
    private readonly SimVl53l0x _chip;
    private readonly SimI2c _bus;
    private readonly Vl53l0x _sensor;

    public PresenceTests()
    {
        _chip = new SimVl53l0x(_time);
        _bus = new SimI2c(_chip);
        _sensor = new Vl53l0x(_bus);
    }

    [Fact]
    public void The_sensor_comes_up_calibrated_and_tuned_and_gives_distances()
    {
        _time.Run(1000, now => _sensor.Millimetres(now));
        _chip.IsRanging.ShouldBeTrue(_chip.WhyNot);
        foreach (int distance in (int[])[650, 30, 1999])
        {
            _chip.Millimetres = distance;
            _time.Run(200, now => _sensor.Millimetres(now));
            _sensor.Millimetres(_time.Now).ShouldBe(distance);
        }

        _sensor.Fault.ShouldBeNull();
    }

    [Fact]
    public void No_call_makes_more_than_a_hundred_transfers()
    {
        _time.Run(1500, now =>
        {
            int before = _bus.Transfers;
            _sensor.Millimetres(now);
            (_bus.Transfers - before).ShouldBeLessThan(100, "at 0.3 ms each the loop would stand");
        });
    }

    [Theory]
    [InlineData(4, 800)]
    [InlineData(6, 800)]
    [InlineData(11, 8190)]
    [InlineData(11, 8191)]
    [InlineData(11, 0)]
    public void What_it_measures_badly_is_nobody(int status, int distance)
    {
        _chip.Status = status;
        _chip.Millimetres = distance;
        _time.Run(1500, now => _sensor.Millimetres(now).ShouldBe(-1));
        _sensor.Fault.ShouldBeNull();
    }

    [Fact]
    public void A_dip_in_its_supply_is_noticed_and_it_is_brought_up_again()
    {
        _chip.Millimetres = 700;
        _time.Run(1000, now => _sensor.Millimetres(now));
        _chip.Reset();
        bool faulted = false;
        _time.Run(1200, now =>
        {
            _sensor.Millimetres(now);
            faulted |= _sensor.Fault is { Kind: PartFaultKind.TimeOut };
        });
        faulted.ShouldBeTrue();
        _time.Until(10000, now => _sensor.Millimetres(now) == 700).ShouldBeTrue();
        _sensor.Fault.ShouldBeNull();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_memory_or_calibration_that_never_answers_ends_in_a_fault(bool memory, bool calibration)
    {
        _chip.MemoryDead = memory;
        _chip.CalibrationDead = calibration;
        _time.Until(2000, now => _sensor.Millimetres(now) == -1 && _sensor.Fault is { Kind: PartFaultKind.TimeOut }).ShouldBeTrue();
    }

    [Fact]
    public void A_foreign_or_missing_chip_is_told_and_tried_seldom()
    {
        _chip.ModelId = 0xEA;
        _time.Run(100, now => _sensor.Millimetres(now));
        _sensor.Fault!.Kind.ShouldBe(PartFaultKind.WrongChip);
        _bus.Unplug(0x29);
        int before = _bus.Transfers;
        _time.Run(120000, now => _sensor.Millimetres(now).ShouldBe(-1));
        _sensor.Fault!.Kind.ShouldBe(PartFaultKind.NotAnswering);
        (_bus.Transfers - before).ShouldBeLessThan(12);
    }

    [Fact]
    public void A_bus_that_fails_now_and_then_does_not_end_the_sensor()
    {
        _chip.Millimetres = 900;
        Random random = new(1);
        _time.Run(300000, now =>
        {
            if (random.Next(400) == 0)
            {
                _bus.NakNext = 1 + random.Next(3);
            }

            _sensor.Millimetres(now);
        });
        _bus.NakNext = 0;
        _time.Until(70000, now => _sensor.Millimetres(now) == 900).ShouldBeTrue();
    }

    [Fact]
    public void Somebody_is_present_after_two_looks_and_gone_after_a_while()
    {
        DistancePresence presence = new(_sensor, 1200);
        _time.Run(2000, now => presence.IsPresent(now).ShouldBeFalse());
        _chip.Millimetres = 600;
        _time.Until(400, presence.IsPresent).ShouldBeTrue();
        _chip.Millimetres = 1350;
        _time.Run(5000, now => presence.IsPresent(now).ShouldBeTrue("they lean back within the margin"));
        _chip.Millimetres = 2000;
        _time.Run(1000, now => presence.IsPresent(now).ShouldBeTrue("an arm that moves is not leaving"));
        _time.Until(2000, now => !presence.IsPresent(now)).ShouldBeTrue();
        _bus.Unplug(0x29);
        _time.Run(5000, now => presence.IsPresent(now).ShouldBeFalse("a broken sensor is not a person"));
    }

    [Fact]
    public void A_PIR_is_left_alone_while_it_warms_up_and_its_noise_is_not_movement()
    {
        SimInput pin = new(_time, true);
        PirSensor pir = new(pin);
        _time.Run(PirSensor.WarmUpMs - 2000, now => pir.IsPresent(now).ShouldBeFalse());
        pin.IsHigh = false;
        _time.Run(5000, now => pir.IsPresent(now).ShouldBeFalse());
        pin.IsHigh = true;
        _time.Run(20, now => pir.IsPresent(now).ShouldBeFalse("a spike"));
        pin.IsHigh = false;
        _time.Run(1000, now => pir.IsPresent(now).ShouldBeFalse());
        pin.IsHigh = true;
        _time.Until(100, pir.IsPresent).ShouldBeTrue();
        _time.Run(PirSensor.StuckMs + 1000, now => pir.IsPresent(now), 100);
        pir.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.Stuck);
        pir.IsPresent(_time.Now).ShouldBeTrue("a camera that is always awake is better than one that sleeps before people");
        pin.IsHigh = false;
        _time.Run(100, now => pir.IsPresent(now));
        pir.Fault.ShouldBeNull();
    }
}
