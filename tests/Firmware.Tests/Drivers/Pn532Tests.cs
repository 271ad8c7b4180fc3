using CsCheck;
using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class Pn532Tests
{
    private static readonly byte[] Uid7 = [0x04, 0x52, 0xF1, 0x6A, 0x3B, 0x58, 0x80];

    private readonly SimTime _time = new();
    private readonly SimPn532 _chip;
    private readonly List<string> _read = [];
    private SimI2c _bus = null!;
    private Pn532 _reader;
    private int _damaged;

    public Pn532Tests()
    {
        _chip = new SimPn532(_time);
        _reader = Over(true);
    }

    [Theory]
    [InlineData(true, 4)]
    [InlineData(true, 7)]
    [InlineData(true, 10)]
    [InlineData(false, 4)]
    [InlineData(false, 7)]
    [InlineData(false, 10)]
    public void Cards_are_read_over_both_interfaces(bool i2c, int length)
    {
        _reader = Over(i2c);
        byte[] uid = [.. Enumerable.Range(1, length).Select(i => (byte)(i * 17))];
        Run(500);
        _reader.Fault.ShouldBeNull();
        _chip.Commands.Take(3).ShouldBe([0x02, 0x14, 0x32]);
        _chip.Cards.Add(uid);
        Run(400);
        _read.ShouldNotBeEmpty();
        _read.ShouldAllBe(read => read == Convert.ToHexString(uid));
        _damaged.ShouldBe(0);
    }

    [Fact]
    public void Noise_and_half_frames_on_the_UART_are_passed_over() => Gen.Byte.Array[0, 20].Sample(
        noise =>
        {
            Pn532Tests fresh = new();
            fresh._reader = fresh.Over(false);
            fresh._chip.Hum(noise);
            fresh._chip.Cards.Add(Uid7);
            fresh.Run(4000);
            fresh._read.ShouldNotBeEmpty();
            fresh._read.ShouldAllBe(read => read == Convert.ToHexString(Uid7));
        },
        iter: 100,
        threads: 1);

    [Theory]
    [InlineData("length")]
    [InlineData("sum")]
    [InlineData("half")]
    [InlineData("error")]
    public void A_damaged_answer_is_asked_for_again(string how)
    {
        Run(500);
        _chip.Cards.Add(Uid7);
        _chip.Spoil = frame => how switch
        {
            "length" => [.. frame[..4], (byte)(frame[4] ^ 1), .. frame[5..]],
            "sum" => [.. frame[..^2], (byte)(frame[^2] ^ 1), 0],
            "half" => frame[..8],
            _ => [0, 0, 0xFF, 1, 0xFF, 0x7F, 0x81, 0],
        };
        Run(1500);
        _chip.Aborts.ShouldBe(1);
        _read.ShouldNotBeEmpty();
        _read.ShouldAllBe(read => read == Convert.ToHexString(Uid7));
        _reader.Fault.ShouldBeNull();
    }

    [Fact]
    public void A_single_changed_bit_in_an_answer_never_becomes_another_UID() => Gen.Select(Gen.Int[3, 27], Gen.Int[0, 7]).Sample(
        (at, bit) =>
        {
            Pn532Tests fresh = new();
            fresh.Run(500);
            fresh._chip.Cards.Add(Uid7);
            fresh._chip.Spoil = frame =>
            {
                byte[] spoilt = [.. frame];
                spoilt[at % spoilt.Length] ^= (byte)(1 << bit);
                return spoilt;
            };
            fresh.Run(2000);
            fresh._read.ShouldAllBe(read => read == Convert.ToHexString(Uid7));
            fresh._read.ShouldNotBeEmpty();
        },
        iter: 150,
        threads: 1);

    [Fact]
    public void Two_cards_and_random_numbers_are_refused()
    {
        _chip.Cards.Add(Uid7);
        _chip.Cards.Add([1, 2, 3, 4]);
        Run(1500);
        _read.ShouldBeEmpty();
        _damaged.ShouldBe(1);
        _reader.LastRefusal.ShouldBe(CardRefusal.TwoCards);
        _chip.Cards.Clear();
        Run(2000);
        _chip.Cards.Add([0x08, 2, 3, 4]);
        Run(1500);
        _read.ShouldBeEmpty();
        _reader.LastRefusal.ShouldBe(CardRefusal.RandomNumber);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_silent_chip_is_told_and_found_again(bool i2c)
    {
        _reader = Over(i2c);
        _chip.Silent = true;
        Run(3000);
        _reader.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.NotAnswering);
        _chip.Silent = false;
        _chip.Cards.Add(Uid7);
        Run(61000);
        _read.ShouldNotBeEmpty();
        _reader.Fault.ShouldBeNull();
    }

    [Fact]
    public void A_foreign_chip_a_pulled_cable_and_a_held_bus_are_told()
    {
        _chip.Ic = 0x07;
        Run(500);
        _reader.Fault!.Kind.ShouldBe(PartFaultKind.WrongChip);
        _chip.Ic = 0x32;
        Run(5000);
        _reader.Fault.ShouldBeNull();
        _bus.Unplug(0x24);
        Run(1500);
        _reader.Fault!.Kind.ShouldBe(PartFaultKind.NotAnswering);
        int before = _bus.Transfers;
        Run(60000);
        (_bus.Transfers - before).ShouldBeLessThan(30);
        _bus.Plug(_chip);
        _bus.SdaHeldFor = int.MaxValue;
        Run(61000);
        _reader.Fault.ShouldNotBeNull();
        _bus.SdaHeldFor = 0;
        _chip.Cards.Add(Uid7);
        Run(61000);
        _read.ShouldNotBeEmpty();
    }

    private Pn532 Over(bool i2c)
    {
        _bus = new SimI2c(_chip);
        return new Pn532(i2c ? new Pn532I2c(_bus) : new Pn532Hsu(_chip));
    }

    private void Run(int ms) => _time.Run(ms, now =>
    {
        if (_reader.Poll(now) is { } uid)
        {
            _read.Add(uid);
        }

        _damaged += _reader.TakeDamaged() ? 1 : 0;
    });
}
