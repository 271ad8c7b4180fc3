using System.Reflection;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Hosting;

/// <summary>What the agent adds to the terminal's <c>hello</c> and <c>status</c>.</summary>
public sealed class TerminalReport(Func<string?> pack, Func<string?> firmware, Func<long?> lastFrameAt, DownlinkPart? downlink = null, BoardHealth? board = null) : IUplinkHost
{
    /// <summary>The agent's version.</summary>
    public static string Version { get; } =
        typeof(TerminalReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public IReadOnlyDictionary<string, string> Versions
    {
        get
        {
            Dictionary<string, string> versions = new(StringComparer.Ordinal) { ["agent"] = Version };
            if (firmware() is { } running) versions["firmware"] = running;
            if (pack() is { } loaded) versions["pack"] = loaded;
            return versions;
        }
    }

    public AppliedMessage? Applied => downlink?.Applied;

    public long RosterRevision => Applied?.Roster?.Revision ?? 0;

    public Task OnStateAsync(StateMessage state, CancellationToken cancellation)
    {
        downlink?.OnState(state);
        return Task.CompletedTask;
    }

    public Task OnDownlinkAsync(string leaf, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        downlink?.Offer(leaf, payload);
        return Task.CompletedTask;
    }

    public StatusMessage Describe(StatusMessage basis) => basis with { LastFrameAt = lastFrameAt(), Temperature = board?.Celsius, Health = board?.Read() };
}
