using System.Diagnostics;
using Devices.Edge.Ledger.Uplink;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Uplink;

/// <summary>The bridge asks for pauses while it is behind; the terminal obeys within its own bounds, records on, and loses nothing.</summary>
public sealed class SlowDownTests
{
    [Fact]
    public async Task Each_pause_that_the_bridge_asks_for_is_kept_and_told_once_while_punches_are_recorded_on()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { MaxBatch = 10 });
        rig.Bridge.SlowDownMs = 200;
        rig.Punch(30);
        var watch = Stopwatch.StartNew();
        rig.Start();
        await Wait.Until(() => rig.Ledger.Acknowledged >= 10, "the first batch");
        // New punches nudge the loop; they do not shorten the pause.
        for (int i = 0; i < 10; i++) rig.Punch(1);
        await rig.EverythingArrivesAsync();
        // After the greeting and after each of the first three batches: a lower bound cannot fail by slowness.
        watch.ElapsedMilliseconds.ShouldBeGreaterThanOrEqualTo(4 * 200);
        rig.Bridge.Batches.Count.ShouldBe(4);
        rig.Notes.Count(n => n.Kind == UplinkNoteKind.SlowedDown).ShouldBe(1);
        rig.Notes.First(n => n.Kind == UplinkNoteKind.SlowedDown).Text.ShouldStartWith("The bridge is behind and asks for a pause: 30 punches wait");
    }

    [Fact]
    public async Task A_pause_without_end_is_bounded_by_the_terminal()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { SlowDownCap = TimeSpan.FromMilliseconds(50), MaxBatch = 10 });
        rig.Bridge.SlowDownMs = long.MaxValue;
        rig.Punch(30).Start();
        await rig.EverythingArrivesAsync();
        rig.Bridge.SlowDownMs = -5;
        rig.Punch(1);
        await rig.EverythingArrivesAsync();
        rig.Bridge.Batches.Count.ShouldBe(4);
    }
}
