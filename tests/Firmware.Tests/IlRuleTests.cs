using Devices.Firmware.Tests.Il;

namespace Devices.Firmware.Tests;

public sealed class IlRuleTests
{
    private static readonly string[] Deployed =
    [
        "mscorlib", "System.Device.Gpio", "System.Device.I2c", "System.Device.Spi", "System.Device.Pwm", "System.Device.Wifi", "System.IO.Streams", "System.IO.FileSystem",
        "System.Net", "System.Threading", "nanoFramework.Hardware.Esp32", "nanoFramework.Runtime.Events", "nanoFramework.Runtime.Native",
        "nanoFramework.M2Mqtt", "nanoFramework.M2Mqtt.Core",
    ];

    private static readonly HashSet<string> Allowed = [.. Deployed];

    [Fact]
    public void The_firmware_holds_nothing_that_breaks_on_the_chip() =>
        IlRules.Check(Repo.Built("Devices.Terminal", "Devices.Terminal.dll"), Allowed).ShouldBeEmpty();

    [Theory]
    [InlineData("GenericClass`1", "generic")]
    [InlineData("GenericMethod", "generic")]
    [InlineData("FuncField", "generic")]
    [InlineData("GenericLocal", "generic")]
    [InlineData("MatrixField", "array")]
    [InlineData("MatrixUse", "array")]
    [InlineData("IWithBody", "interface body")]
    [InlineData("StackMemory", "localloc")]
    [InlineData("PointerLocal", "pointer")]
    [InlineData("ForeignType", "foreign type")]
    [InlineData("CheckedSum", "checked")]
    [InlineData("CheckedCast", "checked")]
    [InlineData("EnumName", "enum name")]
    [InlineData("EnumInText", "enum name")]
    public void Each_bad_sample_is_caught(string sample, string rule) =>
        IlRules.Check(Repo.Built("Firmware.BadSamples", "Firmware.BadSamples.dll"), Allowed)
            .ShouldContain(finding => finding.Type == sample && finding.Rule == rule);

    [Fact]
    public void Clean_code_is_left_alone() =>
        IlRules.Check(Repo.Built("Firmware.BadSamples", "Firmware.BadSamples.dll"), Allowed)
            .ShouldNotContain(finding => finding.Type == "Clean");

    [Fact]
    public void The_firmware_assembly_stays_small()
    {
        // Metadata and IL together; the deployed .pe drops names and attributes and is smaller than this.
        new FileInfo(Repo.Built("Devices.Terminal", "Devices.Terminal.dll")).Length.ShouldBeLessThan(128 * 1024);
    }
}
