using CsCheck;
using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class WiegandReaderTests
{
    private readonly SimTime _time = new();
    private readonly SimInput _d0;
    private readonly SimInput _d1;
    private readonly WiegandReader _reader;
    private readonly List<string> _read = [];
    private int _damaged;

    public WiegandReaderTests()
    {
        _d0 = new SimInput(_time, true);
        _d1 = new SimInput(_time, true);
        _reader = new WiegandReader(_d0, _d1);
    }

    /// <summary>Facility and number as printed on a card, and the UID they become; by the formats' own tables.</summary>
    [Theory]
    [InlineData("H10301", 26, 123, 45678L, "007BB26E")]
    [InlineData("34 bits", 34, 4660, 22136L, "12345678")]
    [InlineData("H10304", 37, 4096, 12345L, "0080003039")]
    [InlineData("H10302", 37, 0, 34359738366L, "07FFFFFFFE")]
    public void The_number_on_the_card_becomes_its_UID(string format, int bits, int facility, long number, string uid)
    {
        int shift = format switch { "H10304" => 19, "H10302" => 35, _ => 16 };
        Send(Frame(((long)facility << shift) | number, bits));
        _read.ShouldBe([uid]);
        _damaged.ShouldBe(0);
    }

    [Fact]
    public void Every_37_bit_frame_gives_its_35_bits() => Gen.Long[1, (1L << 35) - 2].Sample(
        data =>
        {
            WiegandReaderTests fresh = new();
            fresh.Send(Frame(data, 37));
            fresh._read.ShouldBe([data.ToString("X10", System.Globalization.CultureInfo.InvariantCulture)]);
        },
        iter: 300,
        threads: 1);

    [Fact]
    public void One_wrong_bit_of_37_is_damage() => Gen.Select(Gen.Long[1, (1L << 35) - 2], Gen.Int[0, 36]).Where((_, bit) => bit != 18).Sample(
        (data, bit) =>
        {
            int[] frame = Frame(data, 37);
            frame[bit] ^= 1;
            WiegandReaderTests fresh = new();
            fresh.Send(frame);
            fresh._read.ShouldBeEmpty();
            fresh._damaged.ShouldBe(1);
        },
        iter: 300,
        threads: 1);

    [Fact]
    public void A_lost_edge_is_damage_and_the_next_frame_is_read_whole()
    {
        int[] frame = Frame(0x123456, 26);
        Send(frame[..25]);
        Send(frame);
        _damaged.ShouldBe(1);
        _read.ShouldBe(["00123456"]);
    }

    [Fact]
    public void A_line_held_low_is_a_reader_without_power()
    {
        Run(1000);
        _reader.Fault.ShouldBeNull();
        _d0.IsHigh = false;
        Run(WiegandReader.HeldMs + 100);
        _reader.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.NotAnswering);
        _d0.IsHigh = true;
        Run(100);
        _reader.Fault.ShouldBeNull();
        _read.ShouldBeEmpty();
    }

    /// <summary>nanoframework/Home#570, #1332: a pin's events stop for good.</summary>
    [Fact]
    public void Events_that_have_stopped_are_armed_anew()
    {
        Send(Frame(0x123456, 26));
        _d0.LoseEvents();
        _d1.LoseEvents();
        Send(Frame(0x123457, 26));
        _read.Count.ShouldBe(1);
        Run(WiegandReader.RearmMs + 1000);
        Send(Frame(0x123458, 26));
        _read.ShouldBe(["00123456", "00123458"]);
    }

    /// <summary>By the published tables: even parity in front over the first half, odd behind over the second; 37 bits share the middle one.</summary>
    private static int[] Frame(long data, int bits)
    {
        int[] frame = new int[bits];
        for (int i = 1; i <= bits - 2; i++)
        {
            frame[i] = (int)((data >> (bits - 2 - i)) & 1);
        }

        int half = (bits - 1) / 2;
        frame[0] = frame[1..(half + 1)].Sum() % 2;
        frame[bits - 1] = 1 - (frame[(bits - 1 - half)..(bits - 1)].Sum() % 2);
        return frame;
    }

    private void Send(int[] frame)
    {
        foreach (int bit in frame)
        {
            SimInput line = bit == 0 ? _d0 : _d1;
            line.IsHigh = false;
            line.IsHigh = true;
            _time.Pass(2);
        }

        Run(300);
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
