using Devices.Cli.App;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests;

public sealed class HardwareTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public HardwareTests() => _cli = new Support.Cli(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_wiring_of_each_board_is_drawn_beside_the_map()
    {
        File.Copy(Path.Combine(Root(), "hardware", "pinmap.json"), _folder["pinmap.json"]);
        Ran run = await _cli.RunAsync("hardware", "wiring", "--folder", ".", "--json");
        run.ShouldSucceed().Json.GetArrayLength().ShouldBe(2);
        File.ReadAllText(_folder["wiring-devkitc-1.svg"]).ShouldBe(File.ReadAllText(Path.Combine(Root(), "hardware", "wiring-devkitc-1.svg")));
    }

    [Fact]
    public async Task A_map_that_cannot_be_wired_is_refused_with_the_pin_and_the_reason()
    {
        string map = File.ReadAllText(Path.Combine(Root(), "hardware", "pinmap.json"));
        File.WriteAllText(_folder["pinmap.json"], map.Replace("\"gpio\": 21,", "\"gpio\": 45,", StringComparison.Ordinal));
        (await _cli.RunAsync("hardware", "wiring", "--folder", ".")).ShouldRefuse(ExitCodes.PinMapRefused, "GPIO45 (Tamper)");
        File.WriteAllText(_folder["pinmap.json"], "{");
        (await _cli.RunAsync("hardware", "wiring", "--folder", ".")).ShouldRefuse(ExitCodes.PinMapRefused, "is not a pin map");
        (await _cli.RunAsync("hardware", "wiring", "--folder", "nowhere")).ShouldRefuse(ExitCodes.PinMapRefused, "There is no");
        File.Exists(_folder["wiring-devkitc-1.svg"]).ShouldBeFalse();
    }

    private static string Root() => Repository.Root(AppContext.BaseDirectory).ShouldNotBeNull();
}
