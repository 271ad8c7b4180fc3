using Devices.Faults.Plan;
using Devices.Faults.World;

namespace Devices.Faults.Faults;

/// <summary>What happens to the bridge's process, clock and disk, and to its database.</summary>
internal static class BridgeFaults
{
    /// <summary>How far the bridge's clock is moved at most, s. Terminals without NTP take their time from it, so a punch may be off by as much, and no check could know.</summary>
    public const int ClockSeconds = 20;

    public static async Task Do(Village village, FaultStep step, CancellationToken stop)
    {
        Random dice = new(step.Dice);
        switch (step.Kind.Name)
        {
            case "bridge-kill":
                await village.Bridge.Kill().ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                await village.StartBridge(stop).ConfigureAwait(false);
                break;
            case "bridge-freeze":
                village.Bridge.Freeze();
                await Hold(step, stop).ConfigureAwait(false);
                village.Bridge.Thaw();
                break;
            case "bridge-clock":
                double from = (dice.NextDouble() * 2 - 1) * ClockSeconds, pace = dice.Next(3) == 0 ? 0.9 + dice.NextDouble() * 0.2 : 1;
                await village.BridgeClock!.Drift(pace, TimeSpan.FromMilliseconds(step.HoldMs), stop, from).ConfigureAwait(false);
                village.BridgeClock.True();
                break;
            case "bridge-disk-full":
                village.BridgeDisk!.Fill(dice.Next(0, 262_144));
                village.Database?.Disk?.Fill(dice.Next(0, 262_144));
                await Hold(step, stop).ConfigureAwait(false);
                village.BridgeDisk.Free();
                village.Database?.Disk?.Free();
                // PostgreSQL ends itself where it cannot write its log; systemd would start it again.
                if (village.Database is not null) await village.Database.Start(stop).ConfigureAwait(false);
                break;
            case "database-kill":
                await village.Database!.Kill().ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                await village.Database.Start(stop).ConfigureAwait(false);
                break;
            case "database-freeze":
                village.Database!.Freeze();
                await Hold(step, stop).ConfigureAwait(false);
                village.Database.Thaw();
                break;
            default:
                throw new InvalidOperationException($"{step.Kind.Name} is no fault of the bridge.");
        }
    }

    private static Task Hold(FaultStep step, CancellationToken stop) => Task.Delay(step.HoldMs, stop);
}
