using System.Globalization;
using Devices.Faults.Net;
using Devices.Faults.Plan;
using Devices.Faults.World;
using Devices.Up;

namespace Devices.Faults.Faults;

/// <summary>What happens to the platform: its process, its network, and what it answers.</summary>
internal static class PlatformFaults
{
    private const string Upload = "topapi/attendance/record/upload";

    /// <param name="unrecorded">Told of everybody whose punches the platform did not keep for a while.</param>
    public static async Task Do(Village village, FaultStep step, Action<Person> unrecorded, CancellationToken stop)
    {
        Random dice = new(step.Dice);
        int count = dice.Next(1, 6);
        DingTalkClient platform = village.Platform;
        switch (step.Kind.Name)
        {
            case "platform-kill":
                await village.DingTalk.Kill().ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                await village.StartPlatform(stop).ConfigureAwait(false);
                break;
            case "platform-freeze":
                village.DingTalk.Freeze();
                await Hold(step, stop).ConfigureAwait(false);
                village.DingTalk.Thaw();
                break;
            case "platform-lost-answer":
                await platform.Fault(new { kind = "close-after-recording", api = Upload, count }, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                break;
            case "platform-lost-call":
                await platform.Fault(new { kind = "close-before-recording", api = Upload, count }, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                break;
            case "platform-500":
                // Any call: the question what there is may fail too.
                await platform.Fault(new { kind = "http-error", status = ((int[])[500, 502, 503])[dice.Next(3)], api = dice.Next(3) == 0 ? null : Upload, after_recording = dice.Next(2) == 0, count }, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                break;
            case "platform-slow":
                await platform.Fault(new { kind = "delay", delay_ms = dice.Next(1400, 4000), api = Upload, after_recording = dice.Next(2) == 0, count = Math.Min(count, 3) }, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                break;
            case "platform-throttle":
                await platform.Fault(new { kind = "throttle", api = Upload, count }, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                break;
            case "platform-token":
                await platform.Fault(new { kind = "expired-token", api = Upload, count = 1 }, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                break;
            case "platform-packets":
                await Packets(village.PlatformPort, dice.Next(2) == 0 ? 100 : dice.Next(10, 70), step, stop).ConfigureAwait(false);
                break;
            case "platform-lie":
                IReadOnlyList<Person> all = [.. village.People.SelectMany(p => p)];
                Person[] some = [.. Enumerable.Range(0, 4).Select(_ => all[dice.Next(all.Count)]).Distinct()];
                foreach (Person one in some) unrecorded(one);
                await village.SetRecorded(some, recorded: false, stop).ConfigureAwait(false);
                await Hold(step, stop).ConfigureAwait(false);
                await village.SetRecorded(some, recorded: true, stop).ConfigureAwait(false);
                break;
            default:
                throw new InvalidOperationException($"{step.Kind.Name} is no fault of the platform.");
        }
    }

    // nftables on the loopback of this program's own network: packets vanish both ways.
    private static async Task Packets(int port, int percent, FaultStep step, CancellationToken stop)
    {
        string drop = percent >= 100 ? "drop" : string.Create(CultureInfo.InvariantCulture, $"numgen random mod 100 < {percent} drop");
        string table = string.Create(CultureInfo.InvariantCulture,
            $"table inet faults {{ chain in {{ type filter hook input priority 0; tcp dport {port} {drop}; tcp sport {port} {drop}; }}; }}");
        await Shell.Run($"nft '{table}'", stop).ConfigureAwait(false);
        try
        {
            await Hold(step, stop).ConfigureAwait(false);
        }
        finally
        {
            await Shell.Run("nft flush ruleset", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static Task Hold(FaultStep step, CancellationToken stop) => Task.Delay(step.HoldMs, stop);
}
