using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Link;

namespace Devices.Firmware.Tests.Drivers;

/// <summary>From a chip's registers to the board's ledger and back to the glass: the loop with its real drivers.</summary>
public sealed class WholeTerminalTests
{
    private const ushort ThanksGreen = 0x07E0;
    private static readonly byte[] Uid = [0x04, 0x52, 0xF1, 0x6A, 0x3B, 0x58, 0x80];

    private readonly SimHardware _terminal = new();

    [Fact]
    public void A_card_in_the_field_is_one_punch_a_green_thanks_an_open_door_and_a_sound()
    {
        _terminal.Run(3000);
        _terminal.Dots(ThanksGreen).ShouldBe(0);
        _terminal.Reader.Field.Add(new SimPicc(Uid));
        _terminal.Until(() => _terminal.Board.Ledger.Count == 1, 400).ShouldBeTrue("from the field to the ledger");
        bool sounded = false;
        _terminal.Until(
            () =>
            {
                sounded |= _terminal.Piezo.Permille == 500;
                return _terminal.Dots(ThanksGreen) > 400;
            },
            1500).ShouldBeTrue("the name stands on the glass");
        sounded.ShouldBeTrue();
        _terminal.Relay.Level.ShouldBe(true);
        _terminal.Green.Permille.ShouldBeGreaterThan(0);
        _terminal.Board.Cards.ShouldAllBe(card => card.Uid == Convert.ToHexString(Uid));
        _terminal.Run(20000);
        _terminal.Board.Ledger.Count.ShouldBe(1, "the card stayed at the reader");
        _terminal.Relay.Level.ShouldBe(false);
        _terminal.Dots(ThanksGreen).ShouldBe(0, "the clock is back");
        _terminal.Glass.Breaches.ShouldBeEmpty();
    }

    [Fact]
    public void A_PIN_typed_on_the_matrix_reaches_the_board()
    {
        _terminal.Run(3000);
        _terminal.Type("1042#739105#");
        _terminal.Until(() => _terminal.Board.Pins.Count > 0, 1000).ShouldBeTrue();
        (_terminal.Board.Pins[0].Person, _terminal.Board.Pins[0].Pin).ShouldBe(("1042", "739105"));
    }

    [Fact]
    public void Whoever_steps_in_front_of_the_sensor_wakes_the_camera()
    {
        _terminal.Run(5000);
        bool Present() => _terminal.Board.Received.Exists(message => message.Leaf == LinkTopics.Presence && PresenceMessage.TryParse(message.Payload, out PresenceMessage? read, out _) && read.Present);
        Present().ShouldBeFalse();
        _terminal.Distance.Millimetres = 700;
        _terminal.Until(Present, 300).ShouldBeTrue();
    }

    [Fact]
    public void Broken_parts_are_told_to_the_board_in_a_sentence_and_the_way_out_stays_open()
    {
        _terminal.Run(5000);
        _terminal.Reader.Floating = 0xFF;
        _terminal.I2c.SdaHeldFor = int.MaxValue;
        _terminal.Run(5000);
        string[] sentences = [.. _terminal.Board.Events.Where(happened => happened.Kind == EventKind.Fault).Select(happened => happened.Detail)];
        sentences.ShouldContain(sentence => sentence.StartsWith("The card reader RC522 does not answer. ", StringComparison.Ordinal));
        sentences.ShouldContain(sentence => sentence.StartsWith("The distance sensor VL53L0X cannot be reached because its bus is held. ", StringComparison.Ordinal));
        sentences.Length.ShouldBeLessThan(10, "each once");

        _terminal.Exit.IsHigh = false;
        _terminal.Until(() => _terminal.Relay.Level == true, 100).ShouldBeTrue();
        _terminal.Exit.IsHigh = true;
        _terminal.Reader.Floating = null;
        _terminal.I2c.SdaHeldFor = 2;
        _terminal.Run(70000);
        _terminal.Reader.Field.Add(new SimPicc(Uid));
        _terminal.Until(() => _terminal.Board.Ledger.Count == 1, 1000).ShouldBeTrue("all come back by themselves");
        _terminal.Distance.Millimetres = 700;
        _terminal.Until(() => _terminal.Board.Received.Exists(message => message.Leaf == LinkTopics.Presence), 1000).ShouldBeTrue();
    }

    [Fact]
    public void A_case_opened_while_the_board_was_off_and_the_MCU_lost_power_after_it_is_told_once()
    {
        _terminal.Board.Away = true;
        _terminal.Run(5000);
        _terminal.Case.IsHigh = true;
        _terminal.Run(500);
        _terminal.Case.IsHigh = false;
        _terminal.Run(500);
        _terminal.Boot();
        _terminal.Run(5000);
        _terminal.Board.Away = false;
        _terminal.Until(() => _terminal.Board.Events.Exists(happened => happened.Kind == EventKind.Tamper), 60000).ShouldBeTrue();
        _terminal.Run(120000);
        _terminal.Board.Events.Where(happened => happened.Kind == EventKind.Tamper).Select(happened => happened.Id).Distinct().Count().ShouldBe(1);
        _terminal.Boot();
        _terminal.Run(60000);
        _terminal.Board.Events.Where(happened => happened.Kind == EventKind.Tamper).Select(happened => happened.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void The_boards_time_is_kept_by_the_clock_chip_over_a_boot_without_the_board()
    {
        const long Noon = 1790000000000;
        _terminal.Run(3000);
        _terminal.Board.Send(new TimeMessage { Now = Noon, OffsetMinutes = 480, Trusted = true });
        _terminal.Run(3000);
        _terminal.Clock.Osf.ShouldBeFalse();
        _terminal.Board.Away = true;
        _terminal.Run(3600000);
        _terminal.Boot();
        _terminal.Reader.Field.Add(new SimPicc(Uid));
        _terminal.Run(5000);
        _terminal.Board.Away = false;
        _terminal.Until(() => _terminal.Board.Cards.Count > 0, 60000).ShouldBeTrue();
        (_terminal.Board.Cards[0].Now - (Noon + 3600000)).ShouldBeInRange(0, 12000);
    }

    [Fact]
    public void The_supply_and_the_temperature_are_in_the_status()
    {
        _terminal.Voltage.Millivolts = 4900;
        _terminal.Clock.Quarters = 130;
        bool Measured() => _terminal.Board.Received.Exists(message =>
            message.Leaf == LinkTopics.Status && StatusMessage.TryParse(message.Payload, out StatusMessage? read, out _) && read is { Millivolts: 4900, Celsius100: 3250 });
        _terminal.Until(Measured, 130000).ShouldBeTrue();
    }
}
