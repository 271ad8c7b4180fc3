using System.Xml.Linq;
using Devices.Firmware.Tests.Il;

namespace Devices.Firmware.Tests;

public sealed class IlRuleTests(ITestOutputHelper output)
{
    private static readonly string[] Deployed =
    [
        "mscorlib", "System.Device.Gpio", "System.Device.I2c", "System.Device.Spi", "System.Device.Pwm", "System.Device.Wifi", "System.IO.Streams", "System.IO.FileSystem", "System.IO.Ports",
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
    public void No_call_waits_without_a_limit()
    {
        var calls = IlCalls.Of(Repo.Built("Devices.Terminal", "Devices.Terminal.dll"));
        calls.ShouldContain(c => c.Method == "WaitOne" && c.Arguments == 2, "the rule below sees calls at all");
        calls.Where(c => c.Method is "WaitOne" or "WaitAny" or "WaitAll" or "Join" && c.Arguments < 1 + (c.Method is "WaitAny" or "WaitAll" ? 1 : 0) && c.Type != "String").ShouldBeEmpty();
    }

    [Fact]
    public void Every_thread_is_one_whose_end_or_round_is_watched()
    {
        // Who watches: ChipWifi is in the supervisor's table as the loop is; a connection's thread is counted by MqttThreads, and the program
        // reboots when all of them hang; the supervisor itself is watched by the watchdog chip; TextScreen (only without font.bin) waits a
        // second at most and touches nothing but the panel.
        IlCalls.Of(Repo.Built("Devices.Terminal", "Devices.Terminal.dll")).Where(c => c.Type == "Thread" && c.Method == ".ctor").Select(c => c.Caller).Distinct()
            .ShouldBe(["ChipWifi", "MqttConnection", "Supervisor", "TextScreen"], ignoreOrder: true);
    }

    [Fact]
    public void The_project_for_a_makers_machine_names_the_same_sources_and_libraries()
    {
        string folder = Path.Combine(Repo.Root, "firmware", "Terminal");
        XDocument project = XDocument.Load(Path.Combine(folder, "Devices.Terminal.nfproj"));
        XNamespace ns = "http://schemas.microsoft.com/developer/msbuild/2003";
        project.Descendants(ns + "Compile").Select(c => c.Attribute("Include")!.Value).ShouldBe([@"**\*.cs", @"..\Link\**\*.cs"]);
        project.Descendants(ns + "LangVersion").Single().Value.ShouldBe("13.0");
        string[] listed = File.ReadAllLines(Path.Combine(folder, "nano-packages.txt"));
        listed.ShouldBe(XDocument.Load(Path.Combine(folder, "NanoPackages.props")).Descendants("PackageReference").Select(p => (p.Attribute("Include") ?? p.Attribute("Update"))!.Value));
    }

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
