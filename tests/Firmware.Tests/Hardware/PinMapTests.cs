using System.Reflection;
using Devices.Cli.Hardware;
using Devices.Terminal;
using Devices.Terminal.Drivers.Clock;
using Devices.Terminal.Drivers.Keys;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Presence;
using Devices.Terminal.Drivers.Readers;

namespace Devices.Firmware.Tests.Hardware;

public sealed class PinMapTests
{
    private static readonly PinMap Map = HardwareFiles.Map();

    [Fact]
    public void The_firmware_uses_exactly_the_pins_of_the_map()
    {
        (string, int)[] constants = [.. typeof(Pins).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, (int)field.GetRawConstantValue()!))];
        constants.ShouldBe(Map.Pins.Select(pin => (pin.Function, pin.Gpio)), ignoreOrder: true);
    }

    [Fact]
    public void The_map_can_be_wired() => Map.Faults().ShouldBeEmpty();

    [Theory]
    [InlineData("ESP32-S3-DevKitC-1", true)]
    [InlineData("ESP32-S3-DevKitM-1", false)]
    public void No_pin_is_a_strapping_flash_psram_usb_or_console_pin(string board, bool octal)
    {
        // ESP32-S3 datasheet v2, tables 2-1, 2-4 and 3-1; the numbers stand here again so that the map cannot quietly allow one.
        int[] forbidden = [0, 3, 45, 46, .. Enumerable.Range(26, octal ? 12 : 7), 19, 20, 43, 44];
        Map.Boards.Single(b => b.Name == board).Forbidden.SelectMany(group => group.Pins).ShouldBe(forbidden, ignoreOrder: true);
        Map.Pins.Select(pin => pin.Gpio).Intersect(forbidden).ShouldBeEmpty();
        Map.InputOnly.ShouldBeEmpty("unlike the ESP32, the ESP32-S3 has no pins that are inputs only");
    }

    [Theory]
    [InlineData("ESP32-S3-DevKitC-1")]
    [InlineData("ESP32-S3-DevKitM-1")]
    public void The_headers_hold_each_pin_once(string board)
    {
        PinMapBoard read = Map.Boards.Single(b => b.Name == board);
        read.Headers.Values.ShouldAllBe(header => header.Count == 22);
        string[] gpios = [.. read.Headers.Values.SelectMany(header => header).Where(name => int.TryParse(name, out _))];
        gpios.ShouldBeUnique();
    }

    [Fact]
    public void Five_volts_come_to_no_pin_without_a_divider_or_shifter()
    {
        Map.LogicVolts.ShouldBe(3.3);
        Map.Pins.Where(pin => pin.Volts > 3.6).Select(pin => pin.Function).ShouldBe(["WiegandD0", "WiegandD1", "ReaderLed"]);

        // 10 kOhm and 18 kOhm, 1 %: worst case from a 5.25 V reader, and still a high for the chip (0.75 × 3.3 V) from 4.75 V.
        (5.25 * 18.18 / (18.18 + 9.9)).ShouldBeLessThan(3.6);
        (4.75 * 17.82 / (17.82 + 10.1)).ShouldBeGreaterThan(0.75 * 3.3);
    }

    [Fact]
    public void The_chips_on_the_bus_have_the_drivers_addresses()
    {
        (string, int)[] drivers = [("DS3231", Ds3231.Address), ("VL53L0X", Vl53l0x.Address), ("PN532", Pn532I2c.Address), ("PCF8574", Pcf8574Matrix.Address), ("INA219", Ina219.Address)];
        Map.I2c.Select(chip => (chip.Chip, chip.Address)).ShouldBe(drivers, ignoreOrder: true);
    }

    [Fact]
    public void Every_part_of_the_map_is_on_the_list_of_parts()
    {
        HashSet<string> refs = [.. HardwareFiles.Csv("bom.csv").Select(row => row["ref"])];
        Map.Parts.Select(part => part.Ref).Concat(Map.I2c.Select(chip => chip.Ref)).Where(name => name.Length > 0).ShouldAllBe(name => refs.Contains(name));
        Map.Parts.Select(part => part.Name).ShouldBe(Map.Pins.Select(pin => pin.Part).Distinct(), ignoreOrder: true);
    }

    [Theory]
    [InlineData(0, "taken (strapping)")]
    [InlineData(45, "taken (strapping)")]
    [InlineData(20, "taken (USB D-/D+)")]
    [InlineData(30, "flash")]
    [InlineData(36, "taken (octal PSRAM)")]
    [InlineData(44, "UART0")]
    [InlineData(23, "no such pin")]
    [InlineData(17, "nothing keeps them apart")]
    public void A_wrong_pin_is_named_with_the_reason(int gpio, string why)
    {
        PinMap wrong = Map with { Pins = [.. Map.Pins.Select(pin => pin.Function == "Tamper" ? pin with { Gpio = gpio } : pin)] };
        wrong.Faults().ShouldContain(fault => fault.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_divider_a_shared_address_and_a_stranger_are_named()
    {
        (Map with { Pins = [.. Map.Pins.Select(pin => pin with { Shift = null })] }).Faults().ShouldContain(fault => fault.Contains("5 V at the part", StringComparison.Ordinal));
        (Map with { I2c = [.. Map.I2c, new PinMapChip("another", 0x68, "")] }).Faults().ShouldContain(fault => fault.Contains("share the I2C address 68", StringComparison.Ordinal));
        (Map with { Parts = [] }).Faults().ShouldContain(fault => fault.Contains("is not in the list", StringComparison.Ordinal));
    }
}
