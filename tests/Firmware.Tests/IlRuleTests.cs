using Devices.Firmware.Tests.Il;

namespace Devices.Firmware.Tests;

public sealed class IlRuleTests(ITestOutputHelper output)
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
    public void The_deployed_program_stays_within_128_KiB()
    {
        string dll = Repo.Built("Devices.Terminal", "Devices.Terminal.dll");
        (int il, int pe) = PeEstimate.Of(dll);
        output.WriteLine($"Devices.Terminal.dll {new FileInfo(dll).Length} bytes, IL alone {il}, the deployed .pe about {pe}; beside it the libraries' and the font, see firmware/README.md.");
        il.ShouldBeGreaterThan(10_000);
        pe.ShouldBeLessThan(128 * 1024);
    }

    [Fact]
    public void The_estimate_agrees_with_the_one_assembly_of_which_both_files_are_at_hand()
    {
        string dll = Repo.Built("Devices.Terminal", "mscorlib.dll");
        string? pe = new[] { Environment.GetEnvironmentVariable("NUGET_PACKAGES"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages") }
            .Where(folder => folder is not null)
            .Select(folder => Path.Combine(folder!, "nanoframework.corelibrary", "1.17.11", "lib", "mscorlib.pe"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(pe is null, "The CoreLibrary package's folder was not found, so the estimate has nothing to be held against.");
        int estimate = PeEstimate.Of(dll).Pe;
        long real = new FileInfo(pe!).Length;
        output.WriteLine($"mscorlib.pe: {real} bytes, estimated {estimate}.");

        // From above: mscorlib's texts stand in a table that the runtime has built in, and its attribute classes are left out. Ours are neither.
        ((double)estimate / real).ShouldBeInRange(1.0, 1.6);
    }
}
