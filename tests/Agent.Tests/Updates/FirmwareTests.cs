using Devices.Contract.Updates;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Agent.Updates;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>The controller's firmware by the <c>devices</c> tool, here a script that notes how it was called.</summary>
public sealed class FirmwareTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly PlayedRelease _release = new();
    private string? _running = "1.0";

    public void Dispose()
    {
        _release.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Firmware_is_kept_when_the_controller_says_it_runs_and_the_one_before_is_written_back_when_it_does_not()
    {
        FirmwareFlasher flasher = Flasher("exit 0");
        _running = "1.1";
        (await WriteAsync(flasher, "1.1")).ShouldBeNull();
        Calls().Single().ShouldStartWith($"flash write --app {_scratch["s"]}/updates/firmware/new/app.bin --port /dev/ttyTest --json");
        string? said = await WriteAsync(flasher, "1.2");
        said.ShouldNotBeNull();
        said!.ShouldContain("the controller says that it runs 1.1");
        said!.ShouldContain("The one before it was written back.");
        Calls()[^1].ShouldContain("/firmware/last/app.bin");
        flasher.Failed("1.2").ShouldNotBeNull("not again by itself");
        flasher.Failed("1.3").ShouldBeNull();
        flasher.Forgive();
        flasher.Failed("1.2").ShouldBeNull();
    }

    [Fact]
    public async Task What_the_tool_says_is_told_and_without_an_earlier_firmware_that_is_said_too()
    {
        string? said = await WriteAsync(Flasher("""echo '{"ok":false,"error":{"code":95,"name":"board-silent","message":"The loader does not answer."}}'; exit 95"""), "1.1");
        said.ShouldBe("Firmware 1.1 is not kept: The loader does not answer. There is no earlier firmware here that could be written back.");
        new FirmwareFlasher(_scratch["no-such-tool"], "/dev/ttyTest", "esp32s3", _scratch["s"], () => _running, Told(), TimeProvider.System).Failed("9").ShouldBeNull();
    }

    private Task<string?> WriteAsync(FirmwareFlasher flasher, string version)
    {
        File.WriteAllText(_scratch["app.bin"], version);
        using MemoryStream to = new();
        (byte[] list, long unpacked) = PackageArchive.Create([("app.bin", _scratch["app.bin"], false)], to, CancellationToken.None);
        UpdateTarget target = _release.Agent(version) with { Kind = UpdateKinds.Firmware, Name = "mcu", Files = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(list)), Unpacked = unpacked };
        return flasher.RunAsync(target, new MemoryStream(to.ToArray()), TestContext.Current.CancellationToken);
    }

    private FirmwareFlasher Flasher(string does)
    {
        Directory.CreateDirectory(_scratch["s"]);
        File.WriteAllText(_scratch["devices"], $"#!/bin/sh\necho \"$@\" >> {_scratch["calls"]}\n{does}\n");
        File.SetUnixFileMode(_scratch["devices"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(_scratch["devices"], "/dev/ttyTest", "esp32s3", _scratch["s"], () => _running, Told(), TimeProvider.System, TimeSpan.FromMilliseconds(600));
    }

    private static Narration Told() => new(NullLogger<Narration>.Instance, TimeProvider.System);

    private string[] Calls() => File.ReadAllLines(_scratch["calls"]);
}
