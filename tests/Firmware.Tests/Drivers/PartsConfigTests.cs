using System.Text;
using Devices.Link;
using Devices.Terminal.Drivers;

namespace Devices.Firmware.Tests.Drivers;

public sealed class PartsConfigTests
{
    [Fact]
    public void What_is_absent_is_the_usual()
    {
        PartsConfig read = Parse("""{"v":1,"terminal":"m2-001"}""", out LinkFault? fault);
        fault.ShouldBeNull();
        (read.Reader, read.Presence, read.Screen, read.Turn, read.Keypad, read.NearMm).ShouldBe(("wiegand", "pir", "st7789", 0, false, 1200));
    }

    [Fact]
    public void What_is_named_is_taken()
    {
        PartsConfig read = Parse("""{"v":1,"reader":"rc522","presence":"tof","screen":"ili9341","turn":3,"keypad":true,"near_mm":800}""", out LinkFault? fault);
        fault.ShouldBeNull();
        (read.Reader, read.Presence, read.Screen, read.Turn, read.Keypad, read.NearMm).ShouldBe(("rc522", "tof", "ili9341", 3, true, 800));
    }

    [Theory]
    [InlineData("""{"v":1,"reader":"rc523"}""", "reader")]
    [InlineData("""{"v":1,"turn":4}""", "turn")]
    [InlineData("""{"v":1,"screen":7}""", "screen")]
    public void A_mistyped_part_is_named_and_the_terminal_comes_up_all_the_same(string json, string field)
    {
        PartsConfig read = Parse(json, out LinkFault? fault);
        fault.ShouldNotBeNull().Sentence.ShouldContain(field);
        read.Reader.ShouldBe("wiegand");
    }

    private static PartsConfig Parse(string json, out LinkFault? fault) => PartsConfig.Parse(Encoding.UTF8.GetBytes(json), out fault);
}
