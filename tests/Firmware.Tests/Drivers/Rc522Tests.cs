using CsCheck;
using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Cards;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class Rc522Tests
{
    private static readonly byte[] Uid4 = [0x04 | 0x90, 0xA1, 0xB2, 0xC3];
    private static readonly byte[] Uid7 = [0x04, 0x52, 0xF1, 0x6A, 0x3B, 0x58, 0x80];

    private readonly SimTime _time = new();
    private readonly SimMfrc522 _chip;
    private readonly SimOutput _reset;
    private readonly Rc522 _reader;
    private readonly List<string> _read = [];
    private int _damaged;

    public Rc522Tests()
    {
        _chip = new SimMfrc522(_time);
        _reset = new SimOutput(_time);
        _reader = new Rc522(_chip, _reset);
    }

    [Theory]
    [InlineData("94A1B2C3")]
    [InlineData("0452F16A3B5880")]
    [InlineData("04112233445566778899")]
    public void Cards_of_one_two_and_three_sizes_are_read_within_a_fifth_of_a_second(string uid)
    {
        Run(300);
        _reader.Fault.ShouldBeNull();
        _chip.Field.Add(new SimPicc(Convert.FromHexString(uid)));
        Run(220);
        _read.ShouldNotBeEmpty();
        _read.ShouldAllBe(read => read == uid);
        _damaged.ShouldBe(0);
        _time.Until(
            500,
            now =>
            {
                _reader.Poll(now);
                return _chip.Field[0].Halted;
            }).ShouldBeTrue("halted after the reading");
    }

    [Fact]
    public void Any_UID_is_read_as_it_is() => Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[7], Gen.Byte.Array[10])
        .Where(uid => uid[0] != 0x08 && uid[0] != 0x88 && !(uid.Length == 10 && uid[3] == 0x88) && !(uid.Length > 4 && uid[3] == 0x88))
        .Sample(
            uid =>
            {
                Rc522Tests fresh = new();
                fresh._chip.Field.Add(new SimPicc(uid));
                fresh.Run(500);
                fresh._read.ShouldNotBeEmpty();
                fresh._read[0].ShouldBe(Convert.ToHexString(uid));
            },
            iter: 200,
            threads: 1);

    [Fact]
    public void A_card_held_at_the_reader_is_seen_all_the_time_and_punches_once()
    {
        _chip.Field.Add(new SimPicc(Uid7));
        Run(20000);
        _read.Count.ShouldBeGreaterThan(60);
        CardDebounce debounce = new();
        int punches = 0;
        _time.Run(20000, now => punches += _reader.Poll(now) is { } uid && debounce.IsNew(uid, now) ? 1 : 0);
        punches.ShouldBe(1);
        ReferenceEquals(_read[^1], _read[^2]).ShouldBeTrue("no garbage for a card that stays");
    }

    [Fact]
    public void Two_cards_at_once_are_refused_and_neither_is_chosen()
    {
        _chip.Field.Add(new SimPicc(Uid4));
        _chip.Field.Add(new SimPicc(0x94, 0xA1, 0xB2, 0xC4));
        Run(1000);
        _read.ShouldBeEmpty();
        _damaged.ShouldBe(1, "told once");
        _reader.LastRefusal.ShouldBe(CardRefusal.TwoCards);
        _chip.Field.RemoveAt(1);
        Run(300);
        _read.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_phone_that_invents_a_number_each_time_is_refused_with_the_reason()
    {
        _chip.Field.Add(new SimPicc(0x08, 0x11, 0x22, 0x33));
        Run(1000);
        _read.ShouldBeEmpty();
        _damaged.ShouldBe(1);
        _reader.LastRefusal.ShouldBe(CardRefusal.RandomNumber);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void A_wrong_BCC_CRC_or_SAK_never_becomes_a_UID(bool bcc, bool crc, bool sak)
    {
        _chip.Field.Add(new SimPicc(Uid7) { WrongBcc = bcc, WrongCrc = crc, WrongSak = sak });
        Run(2000);
        _read.ShouldBeEmpty();
        _damaged.ShouldBe(1);
        _reader.LastRefusal.ShouldBe(CardRefusal.Damaged);
        _reader.Fault.ShouldBeNull("the card is bad, not the reader");
    }

    [Fact]
    public void A_card_taken_away_at_any_frame_gives_no_UID_and_one_word() => Gen.Int[1, 5].Sample(
        frames =>
        {
            Rc522Tests fresh = new();
            fresh.Run(300);
            int start = fresh._chip.Frames;
            SimPicc card = new(Uid7);
            fresh._chip.Field.Add(card);
            fresh._chip.AfterFrame = frame =>
            {
                if (frame == start + frames)
                {
                    fresh._chip.Field.Clear();
                    card.PowerOff();
                }
            };
            fresh.Run(1500);
            bool complete = frames >= 5;
            fresh._read.Count.ShouldBe(complete ? 1 : 0);
            fresh._damaged.ShouldBe(complete ? 0 : 1);
            fresh._chip.Field.Add(card);
            fresh.Run(500);
            fresh._read.ShouldNotBeEmpty("the next try works");
        },
        iter: 25,
        threads: 1);

    [Fact]
    public void Noise_while_a_card_comes_near_is_not_worth_a_word()
    {
        Run(300);
        _chip.Noise = 3;
        _chip.Field.Add(new SimPicc(Uid4));
        Run(1500);
        _read.ShouldNotBeEmpty();
        _damaged.ShouldBe(0);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_reader_that_is_not_there_is_told_and_tried_seldom(byte floating)
    {
        _chip.Floating = floating;
        Run(120000);
        _reader.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.NotAnswering);
        _reader.Fault!.Sentence.ShouldStartWith("The card reader RC522 does not answer. ");
        _chip.Transfers.ShouldBeLessThan(12);
        _chip.Floating = null;
        _chip.Field.Add(new SimPicc(Uid4));
        _time.Until(61000, now => _reader.Poll(now) is not null).ShouldBeTrue();
        _reader.Fault.ShouldBeNull();
    }

    [Fact]
    public void A_foreign_chip_and_a_frozen_one_are_told()
    {
        _chip.Version = 0x55;
        Run(200);
        _reader.Fault!.Kind.ShouldBe(PartFaultKind.WrongChip);
        _chip.Version = 0x91;
        _chip.Frozen = true;
        Run(3000);
        _reader.Fault!.Kind.ShouldBe(PartFaultKind.BadData, "its coprocessor does not answer");
        _chip.Frozen = false;
        Run(20000);
        _reader.Fault.ShouldBeNull();
        _chip.Frozen = true;
        Run(500);
        _reader.Fault!.Kind.ShouldBe(PartFaultKind.TimeOut);
        _chip.Frozen = false;
        _chip.Field.Add(new SimPicc(Uid4));
        Run(70000);
        _read.ShouldNotBeEmpty();
        _reset.Edges.Count.ShouldBeGreaterThan(4, "it is reset at each new try");
    }

    [Fact]
    public void A_reader_unplugged_while_idle_is_noticed()
    {
        Run(500);
        _reader.Fault.ShouldBeNull();
        _chip.Floating = 0xFF;
        Run(1000);
        _reader.Fault.ShouldNotBeNull();
    }

    [Fact]
    public void CRC_A_is_that_of_the_standards_own_examples()
    {
        // ISO/IEC 14443-3, annex B: 00 00 gives A0 1E, 12 34 gives 26 CF (first byte sent first).
        CrcA.Of([0x00, 0x00], 2).ShouldBe(0x1EA0);
        CrcA.Of([0x12, 0x34], 2).ShouldBe(0xCF26);
        Gen.Byte.Array[0, 40].Sample(data => CrcA.Of(data, data.Length).ShouldBe(SimPicc.Crc(data)));
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
