using CsCheck;
using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Keys;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Drivers;

public sealed class KeypadTests
{
    private readonly SimTime _time = new();
    private readonly SimPcf8574 _chip = new();
    private readonly SimI2c _bus;
    private readonly MatrixKeypad _keypad;
    private string _typed = "";

    public KeypadTests()
    {
        _bus = new SimI2c(_chip);
        _keypad = new MatrixKeypad(new Pcf8574Matrix(_bus));
    }

    [Fact]
    public void Every_key_is_told_once_a_press()
    {
        foreach (char key in "1234567890*#")
        {
            Press(key, 400);
        }

        _typed.ShouldBe("1234567890*#");
    }

    [Fact]
    public void Bounces_of_a_key_are_one_press() => Gen.Int[1, 9].Array[0, 12].Sample(
        pauses =>
        {
            KeypadTests fresh = new();
            foreach (int pause in pauses)
            {
                fresh._chip.Press('5');
                fresh.Run(pause, 1);
                fresh._chip.Release('5');
                fresh.Run(pause, 1);
            }

            fresh.Press('5', 100);
            fresh._typed.ShouldBe("5");
        },
        iter: 200,
        threads: 1);

    [Fact]
    public void A_touch_shorter_than_the_settling_time_is_nothing()
    {
        Press('7', 20);
        Run(200);
        _typed.ShouldBe("");
    }

    [Fact]
    public void Fast_typing_rolls_over()
    {
        _chip.Press('1');
        Run(60);
        _chip.Press('2');
        Run(60);
        _chip.Release('1');
        Run(60);
        _chip.Press('3');
        Run(60);
        _chip.Release('2', '3');
        Run(60);
        _typed.ShouldBe("123");
    }

    [Fact]
    public void Three_corners_of_a_rectangle_make_no_fourth_key()
    {
        _chip.Press('1');
        Run(60);
        _chip.Press('3');
        Run(60);
        _chip.Press('7');
        new Pcf8574Matrix(_bus).Scan(out int closed);
        int.PopCount(closed).ShouldBe(4, "the ghost of 9 is there for the wires");
        Run(100);
        _chip.Release('1');
        Run(100);
        _chip.Release('3', '7');
        Run(100);
        _typed.ShouldBe("13");
        Press('9', 100);
        _typed.ShouldBe("139");
    }

    [Fact]
    public void A_stuck_key_is_told_and_types_once()
    {
        _chip.Press('8');
        Run(MatrixKeypad.StuckMs + 500);
        _typed.ShouldBe("8");
        _keypad.Fault.ShouldNotBeNull().Kind.ShouldBe(PartFaultKind.Stuck);
        _chip.Release('8');
        Run(100);
        _keypad.Fault.ShouldBeNull();
    }

    [Fact]
    public void A_pulled_cable_is_told_costs_few_tries_and_mends_itself()
    {
        _chip.Press('4');
        Run(15);
        _bus.Unplug(0x20);
        int before = _bus.Transfers;
        Run(60000);
        (_bus.Transfers - before).ShouldBeLessThan(10, "1, 2, 4, … s between tries");
        _keypad.Fault!.Kind.ShouldBe(PartFaultKind.NotAnswering);
        _bus.Plug(_chip);
        Run(60000);
        _typed.ShouldBe("", "the key that was held when the cable went is not a press");
        _chip.Release('4');
        Run(100);
        Press('6', 100);
        _typed.ShouldBe("6");
        _keypad.Fault.ShouldBeNull();
    }

    private void Press(char key, int ms)
    {
        _chip.Press(key);
        Run(ms);
        _chip.Release(key);
        Run(100);
    }

    private void Run(int ms, int every = 10) => _time.Run(ms, now =>
    {
        char key = _keypad.Poll(now);
        _typed += key == '\0' ? "" : key.ToString();
    }, every);
}
