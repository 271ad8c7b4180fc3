using CsCheck;
using Devices.Terminal.Cards;

namespace Devices.Firmware.Tests;

public sealed class WiegandDecoderTests
{
    [Fact]
    public void A_26_bit_frame_gives_its_three_bytes_with_a_leading_00() => Gen.UInt[1, 0xFFFFFE].Sample(card =>
    {
        WiegandDecoder decoder = new();
        Send(decoder, Frame(card, 24), 0);
        decoder.Poll(1000, out string uid).ShouldBe(WiegandResult.Card);
        uid.ShouldBe(card.ToString("X8", System.Globalization.CultureInfo.InvariantCulture));
    });

    [Fact]
    public void A_34_bit_frame_gives_its_four_bytes() => Gen.UInt[1, 0xFFFFFFFE].Sample(card =>
    {
        WiegandDecoder decoder = new();
        Send(decoder, Frame(card, 32), 0);
        decoder.Poll(1000, out string uid).ShouldBe(WiegandResult.Card);
        uid.ShouldBe(card.ToString("X8", System.Globalization.CultureInfo.InvariantCulture));
    });

    [Fact]
    public void A_card_known_from_a_data_sheet_is_decoded()
    {
        // Facility 1, card 1 in 26 bits: even parity over 0000 0001 0000 is 1, odd parity over 0000 0000 0001 is 0.
        WiegandDecoder decoder = new();
        Send(decoder, [.. "10000000100000000000000010".Select(c => c - '0')], 0);
        decoder.Poll(1000, out string uid).ShouldBe(WiegandResult.Card);
        uid.ShouldBe("00010001");
    }

    [Fact]
    public void Any_single_wrong_bit_is_damage() => Gen.Select(Gen.UInt[1, 0xFFFFFFFE], Gen.Int[0, 33]).Sample((card, bit) =>
    {
        int[] frame = Frame(card, 32);
        frame[bit] ^= 1;
        WiegandDecoder decoder = new();
        Send(decoder, frame, 0);
        decoder.Poll(1000, out string uid).ShouldBe(WiegandResult.Damaged);
        uid.ShouldBe("");
    });

    [Fact]
    public void Half_frames_and_extra_pulses_are_damage() => Gen.Select(Gen.UInt[1, 0xFFFFFFFE], Gen.Int[1, 60]).Where((_, length) => length is not (26 or 34 or 37)).Sample((card, length) =>
    {
        WiegandDecoder decoder = new();
        Send(decoder, [.. Enumerable.Range(0, length).Select(i => Frame(card, 32)[i % 34])], 0);
        decoder.Poll(5000, out _).ShouldBe(WiegandResult.Damaged);
        decoder.Poll(6000, out _).ShouldBe(WiegandResult.None);
    });

    [Fact]
    public void A_frame_is_not_over_before_the_silence()
    {
        WiegandDecoder decoder = new();
        long end = Send(decoder, Frame(0x00123456, 24), 0);
        decoder.Poll(end + WiegandDecoder.GapMs - 1, out _).ShouldBe(WiegandResult.None);
        decoder.Poll(end + WiegandDecoder.GapMs, out _).ShouldBe(WiegandResult.Card);
        decoder.Poll(end + (2 * WiegandDecoder.GapMs), out _).ShouldBe(WiegandResult.None);
    }

    [Fact]
    public void A_damaged_frame_does_not_spoil_the_next()
    {
        WiegandDecoder decoder = new();
        Send(decoder, Frame(0x00123456, 24)[..11], 0);
        decoder.Poll(500, out _).ShouldBe(WiegandResult.Damaged);
        Send(decoder, Frame(0xDEADBEEF, 32), 1000);
        decoder.Poll(2000, out string uid).ShouldBe(WiegandResult.Card);
        uid.ShouldBe("DEADBEEF");
    }

    [Theory]
    [InlineData(26, 0)]
    [InlineData(26, 1)]
    [InlineData(34, 0)]
    [InlineData(34, 1)]
    public void A_line_that_hangs_is_never_a_card(int length, int level)
    {
        WiegandDecoder decoder = new();
        Send(decoder, [.. Enumerable.Repeat(level, length)], 0);
        decoder.Poll(1000, out _).ShouldBe(WiegandResult.Damaged);
        int[] parityRight = Frame(level == 0 ? 0 : 0xFFFFFFFF, length - 2);
        Send(decoder, parityRight, 2000);
        decoder.Poll(3000, out _).ShouldBe(WiegandResult.Damaged);
    }

    private static int[] Frame(uint data, int bits)
    {
        int[] body = [.. Enumerable.Range(0, bits).Select(i => (int)((data >> (bits - 1 - i)) & 1))];
        int half = bits / 2;
        return [body[..half].Sum() % 2, .. body, 1 - (body[half..].Sum() % 2)];
    }

    private static long Send(WiegandDecoder decoder, int[] bits, long at)
    {
        foreach (int bit in bits)
        {
            at += 2;
            decoder.Pulse(bit, at);
        }

        return at;
    }
}
