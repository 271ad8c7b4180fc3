using System.Diagnostics;
using Devices.Edge.Agent.Tests.Support;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Mcu;

/// <summary>An order to release the door, to the firmware's own code: confirmed by it, carried out once an id, and not confirmed where nobody hears it.</summary>
public sealed class DoorOrderTests
{
    [Fact]
    public async Task The_controller_confirms_an_order_and_releases_the_door_once_an_id()
    {
        using Scratch scratch = new();
        await using McuBench bench = await McuBench.StartAsync();
        string password = scratch["mcu.password"];
        await File.WriteAllTextAsync(password, McuBench.Password, TestContext.Current.CancellationToken);
        (await bench.Broker.SendConfirmedAsync(Order("cmd-0"), TimeSpan.FromSeconds(5))).ShouldBeFalse("there is no controller");
        await using StandinMcu mcu = await StandinMcu.BootAsync(scratch, [], "127.0.0.1", bench.Broker.Port, password);
        await Until.True(() => bench.Broker.IsOnline && bench.Desk.Firmware is not null, "the controller's hello");
        (await bench.Broker.SendConfirmedAsync(Order("cmd-1"), TimeSpan.FromSeconds(10))).ShouldBeTrue();
        await Until.True(() => Released(mcu) == 1, "the door");
        (await bench.Broker.SendConfirmedAsync(Order("cmd-1"), TimeSpan.FromSeconds(10))).ShouldBeTrue();
        // A pulse within a pulse only makes it longer.
        await Until.True(() => mcu.Output.Any(line => line.Contains("door locked", StringComparison.Ordinal)), "the end of the pulse");
        (await bench.Broker.SendConfirmedAsync(Order("cmd-2"), TimeSpan.FromSeconds(10))).ShouldBeTrue();
        await Until.True(() => Released(mcu) == 2, "the door a second time");
    }

    [Fact]
    public async Task An_order_that_the_controller_does_not_take_is_not_said_to_be_taken()
    {
        await using McuBench bench = await McuBench.StartAsync();
        // Connected, and subscribed to nothing: the broker has nobody to give it to.
        await using McuClient mcu = await bench.McuAsync(subscribe: false);
        await Until.True(() => bench.Broker.IsOnline, "the connection");
        long begin = Stopwatch.GetTimestamp();
        (await bench.Broker.SendConfirmedAsync(Order("cmd-1"), TimeSpan.FromMilliseconds(300))).ShouldBeFalse();
        Stopwatch.GetElapsedTime(begin).TotalSeconds.ShouldBeLessThan(30);
    }

    private static DoorMessage Order(string id) => new() { Id = id, OpenMs = 200 };

    private static int Released(StandinMcu mcu) => mcu.Output.Count(line => line.Contains("door released", StringComparison.Ordinal));
}
