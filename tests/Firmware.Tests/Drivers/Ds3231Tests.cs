using CsCheck;
using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Clock;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class Ds3231Tests
{
    private readonly SimTime _time = new();
    private readonly SimDs3231 _chip;
    private readonly SimI2c _bus;
    private readonly Ds3231 _clock;

    public Ds3231Tests()
    {
        _chip = new SimDs3231(_time);
        _bus = new SimI2c(_chip);
        _clock = new Ds3231(_bus);
    }

    [Fact]
    public void Every_second_of_two_centuries_comes_back_as_it_was_set() => Gen.Long[946684800, 7258118399].Sample(
        seconds =>
        {
            _clock.Set(seconds * 1000).ShouldBeTrue();
            _chip.Now.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
            _clock.TryRead(out long read).ShouldBeTrue();
            read.ShouldBe(seconds * 1000);
        },
        iter: 3000,
        threads: 1);

    [Theory]
    [InlineData(2028, 2, 28, 2028, 2, 29)]
    [InlineData(2099, 12, 31, 2100, 1, 1)]
    [InlineData(2100, 2, 28, 2100, 3, 1)]
    [InlineData(2026, 12, 31, 2027, 1, 1)]
    public void It_counts_over_the_ends_of_months_years_and_the_century(int year, int month, int day, int nextYear, int nextMonth, int nextDay)
    {
        _clock.Set(new DateTimeOffset(year, month, day, 23, 59, 58, TimeSpan.Zero).ToUnixTimeMilliseconds()).ShouldBeTrue();
        _time.Pass(3000);
        _clock.TryRead(out long read).ShouldBeTrue();
        DateTimeOffset.FromUnixTimeMilliseconds(read).ShouldBe(new DateTimeOffset(nextYear, nextMonth, nextDay, 0, 0, 1, TimeSpan.Zero));
    }

    [Fact]
    public void Twelve_hour_clocks_are_read_too()
    {
        _chip.TwelveHours = true;
        for (int hour = 0; hour < 24; hour++)
        {
            _chip.Set(new DateTime(2026, 5, 4, hour, 7, 9, DateTimeKind.Utc));
            _clock.TryRead(out long read).ShouldBeTrue();
            DateTimeOffset.FromUnixTimeMilliseconds(read).Hour.ShouldBe(hour);
        }
    }

    [Fact]
    public void Half_a_second_is_rounded() => (_clock.Set(1790000000600), _clock.TryRead(out long read), read).ShouldBe((true, true, 1790000001000));

    /// <summary>cases.md, "Time": no RTC, or one with an empty battery, must not stamp punches with 1970 or 2000.</summary>
    [Fact]
    public void A_clock_whose_battery_was_empty_is_not_believed_until_it_is_set()
    {
        _chip.LoseBattery();
        _clock.TryRead(out long read).ShouldBeFalse();
        read.ShouldBe(0);
        _clock.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.LostData);
        _clock.Fault!.Sentence.ShouldContain("CR2032");
        _clock.Set(1790000000000).ShouldBeTrue();
        _chip.Osf.ShouldBeFalse();
        _clock.Fault.ShouldBeNull();
        _clock.TryRead(out read).ShouldBeTrue();
        read.ShouldBe(1790000000000);
    }

    [Theory]
    [InlineData(0x00, 0x5A)]
    [InlineData(0x01, 0x60)]
    [InlineData(0x02, 0x24)]
    [InlineData(0x04, 0x00)]
    [InlineData(0x04, 0x32)]
    [InlineData(0x05, 0x13)]
    [InlineData(0x05, 0x00)]
    [InlineData(0x06, 0xAA)]
    public void A_date_that_does_not_exist_is_a_fault_and_no_time(int register, byte value)
    {
        _chip.Set(new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc));
        _chip.Wrong = (register, value);
        _clock.TryRead(out _).ShouldBeFalse();
        _clock.Fault!.Kind.ShouldBe(PartFaultKind.BadData);
    }

    [Fact]
    public void Another_chip_at_the_address_is_told_from_it()
    {
        _chip.Set(new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc));
        _chip.Wrong = (0x0F, 0x7B);
        _clock.TryRead(out _).ShouldBeFalse();
        _clock.Fault!.Kind.ShouldBe(PartFaultKind.WrongChip);
    }

    [Fact]
    public void A_missing_clock_is_one_sentence_and_a_write_it_did_not_keep_is_seen()
    {
        _chip.Set(new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc));
        _chip.Deaf = true;
        _clock.Set(1890000000000).ShouldBeFalse();
        _bus.Unplug(0x68);
        _clock.TryRead(out _).ShouldBeFalse();
        PartFault fault = _clock.Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(PartFaultKind.NotAnswering);
        _clock.TryReadCelsius100(out _).ShouldBeFalse();
        _clock.Fault.ShouldBeSameAs(fault, "one fault as long as it lasts");
    }

    [Fact]
    public void A_write_cut_off_half_way_leaves_a_clock_that_is_not_believed()
    {
        _chip.LoseBattery();
        _bus.PartialAfter = 1;
        _clock.Set(1790000000000).ShouldBeFalse();
        _clock.TryRead(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(101, 2525)]
    [InlineData(0, 0)]
    [InlineData(-1, -25)]
    [InlineData(-161, -4025)]
    [InlineData(340, 8500)]
    public void The_temperature_has_its_sign_and_its_quarters(int quarters, int celsius100)
    {
        _chip.Quarters = quarters;
        _clock.TryReadCelsius100(out int read).ShouldBeTrue();
        read.ShouldBe(celsius100);
    }

    [Fact]
    public void Years_it_cannot_hold_are_refused()
    {
        _clock.Set(0).ShouldBeFalse();
        _clock.Set(-1).ShouldBeFalse();
        _clock.Set(new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()).ShouldBeFalse();
    }
}
