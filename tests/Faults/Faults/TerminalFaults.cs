using Devices.Faults.Net;
using Devices.Faults.Plan;
using Devices.Faults.World;

namespace Devices.Faults.Faults;

/// <summary>What happens to one terminal's processes, clock, disk and wires. Each fault is done, lasts, and is undone.</summary>
internal static class TerminalFaults
{
    public static async Task Do(Seat seat, FaultStep step, CancellationToken stop)
    {
        Random dice = new(step.Dice);
        switch (step.Kind.Name)
        {
            case "agent-kill":
                await seat.Agent.Kill().ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                await seat.StartAgent(stop).ConfigureAwait(false);
                break;
            case "agent-power":
                await seat.Agent.Kill().ConfigureAwait(false);
                seat.Space!.NewBoot();
                await Hold(step, stop).ConfigureAwait(false);
                await seat.StartAgent(stop).ConfigureAwait(false);
                break;
            case "agent-freeze":
                seat.Agent.Freeze();
                await Hold(step, stop).ConfigureAwait(false);
                seat.Agent.Thaw();
                break;
            case "agent-clock-step":
                // Seconds, minutes, hours or days, before or after.
                double most = ((double[])[30, 1200, 20_000, 260_000])[dice.Next(4)];
                seat.Clock!.Set((dice.NextDouble() * 2 - 1) * most);
                await Hold(step, stop).ConfigureAwait(false);
                seat.Clock.True();
                break;
            case "agent-clock-drift":
                await seat.Clock!.Drift(0.5 + dice.NextDouble() * 1.5, TimeSpan.FromMilliseconds(step.HoldMs), stop).ConfigureAwait(false);
                seat.Clock.True();
                break;
            case "agent-disk-full":
                // Below the reserve (punches are refused), or so full that nothing can be written at all.
                seat.Disk!.Fill(dice.Next(2) == 0 ? 3_000_000 : dice.Next(0, 65_536));
                await Hold(step, stop).ConfigureAwait(false);
                seat.Disk.Free();
                break;
            case "mcu-kill":
                await seat.Mcu!.Kill().ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                await seat.StartMcu(stop).ConfigureAwait(false);
                break;
            case "mcu-freeze":
                seat.Mcu!.Freeze();
                await Hold(step, stop).ConfigureAwait(false);
                seat.Mcu.Thaw();
                break;
            case "mcu-cut" or "mcu-cut-half" or "mcu-noise":
                await Wire(seat.McuLink!, step, dice, stop).ConfigureAwait(false);
                break;
            case "uplink-cut" or "uplink-cut-half" or "uplink-noise":
                await Wire(seat.Uplink!, step, dice, stop).ConfigureAwait(false);
                break;
            case "mcu-resend":
                await Resend(seat.McuRelay!, step, dice, stop).ConfigureAwait(false);
                break;
            case "uplink-resend":
                await Resend(seat.UplinkRelay!, step, dice, stop).ConfigureAwait(false);
                break;
            default:
                throw new InvalidOperationException($"{step.Kind.Name} is no fault of a terminal.");
        }
    }

    /// <summary>Wires that lose, double, delay and damage, in many mixtures.</summary>
    public static Mischief Noise(Random dice) => new(
        Loss: dice.Next(3) == 0 ? 0 : dice.NextDouble() * 0.4,
        DelayMs: dice.Next(2) == 0 ? 0 : dice.Next(5, 250),
        JitterMs: dice.Next(0, 200),
        Duplicate: dice.Next(2) == 0 ? 0 : dice.NextDouble() * 0.5,
        Reorder: dice.Next(2) == 0 ? 0 : dice.NextDouble() * 0.5,
        Damage: dice.Next(3) == 0 ? dice.NextDouble() * 0.2 : 0);

    private static async Task Wire(Wire wire, FaultStep step, Random dice, CancellationToken stop)
    {
        wire.Mischief = step.Kind.Name.EndsWith("-noise", StringComparison.Ordinal) ? Noise(dice)
            : step.Kind.Name.EndsWith("-half", StringComparison.Ordinal) ? dice.Next(2) == 0 ? new(CutUp: true) : new(CutDown: true)
            : new(CutUp: true, CutDown: true);
        await Hold(step, stop).ConfigureAwait(false);
        wire.Mischief = Mischief.None;
    }

    private static async Task Resend(MqttRelay relay, FaultStep step, Random dice, CancellationToken stop)
    {
        relay.Disturb(0.2 + dice.NextDouble() * 0.6, dice.Next(2) == 0 ? 0 : dice.NextDouble() * 0.5);
        await Hold(step, stop).ConfigureAwait(false);
        relay.Disturb(0, 0);
    }

    private static Task Hold(FaultStep step, CancellationToken stop) => Task.Delay(step.HoldMs, stop);
}
