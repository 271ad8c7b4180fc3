using System.Reflection;
using System.Text.Json;
using Devices.Terminal;

namespace Devices.Firmware.Tests;

public sealed class PinMapTests
{
    private static readonly JsonElement Map = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repo.Root, "hardware", "pinmap.json"))).RootElement;

    private static readonly (string Function, int Gpio)[] Mapped =
        [.. Map.GetProperty("pins").EnumerateArray().Select(pin => (pin.GetProperty("function").GetString()!, pin.GetProperty("gpio").GetInt32()))];

    [Fact]
    public void The_firmware_uses_exactly_the_pins_of_the_map()
    {
        (string, int)[] constants = [.. typeof(Pins).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, (int)field.GetRawConstantValue()!))];
        constants.ShouldBe(Mapped, ignoreOrder: true);
    }

    [Fact]
    public void No_pin_is_used_twice() => Mapped.Select(pin => pin.Gpio).ShouldBeUnique();

    [Fact]
    public void No_pin_is_a_strapping_flash_psram_usb_or_console_pin()
    {
        // ESP32-S3 datasheet v2, tables 2-1 and 3-1; the numbers stand here again so that the map cannot quietly allow one.
        int[] forbidden = [0, 3, 45, 46, .. Enumerable.Range(26, 12), 19, 20, 43, 44];
        Mapped.Select(pin => pin.Gpio).Intersect(forbidden).ShouldBeEmpty();
        Mapped.ShouldAllBe(pin => pin.Gpio >= 0 && pin.Gpio <= 48 && (pin.Gpio < 22 || pin.Gpio > 25));
        Map.GetProperty("forbidden").EnumerateArray().SelectMany(group => group.GetProperty("pins").EnumerateArray()).Select(pin => pin.GetInt32())
            .ShouldBe(forbidden, ignoreOrder: true);
    }
}
