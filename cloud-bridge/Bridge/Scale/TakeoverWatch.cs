using Devices.Bridge.Ingest;
using Devices.Bridge.Store;

namespace Devices.Bridge.Scale;

/// <summary>
/// Ends connections whose terminals have connected to another node: within a second or two as a rule, and whatever that missed within a minute.
/// Until then both may bring punches; the store takes each once, from whichever.
/// </summary>
public sealed class TakeoverWatch(INodeStore nodes, BridgeOptions options, ConnectionRegistry registry, ITerminalConnections connections, IPresence presence, TimeProvider time, ILogger<TakeoverWatch> log)
    : PeriodicService(Every, Every, "Whether terminals have gone to another node could not be looked up.", LogLevel.Warning, time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(1);

    // Nodes' clocks differ a little, and a commit takes its time.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private DateTimeOffset _looked = time.GetUtcNow();
    private long _whole = time.GetTimestamp();

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        if (Clock.GetElapsedTime(_whole) < Whole) return null;
        _whole = Clock.GetTimestamp();
        await LookAtAllAsync(cancellationToken);
        return null;
    }

    /// <summary>Looks at terminals that connected elsewhere lately.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        foreach (string terminal in await nodes.MovedAsync(options.Node, (_looked - Overlap).ToUnixTimeMilliseconds(), cancellationToken))
            if (registry.Find(terminal) is { Placed: true } session) await JudgeAsync(session, cancellationToken);
        _looked = now;
    }

    /// <summary>Compares every connection here with what is written down.</summary>
    public async Task LookAtAllAsync(CancellationToken cancellationToken = default)
    {
        TerminalSession[] sessions = [.. registry.Sessions];
        IReadOnlyDictionary<string, string> held = await nodes.HeldAsync(options.Node, cancellationToken);
        foreach (TerminalSession session in sessions.Where(one => held.GetValueOrDefault(one.Terminal) != one.Id)) await JudgeAsync(session, cancellationToken);
    }

    private async Task JudgeAsync(TerminalSession session, CancellationToken cancellationToken)
    {
        // Read after the session was found with its place written: another one in it is a later one.
        TerminalPlace? place = await nodes.PlaceAsync(session.Terminal, cancellationToken);
        if (place?.Session == session.Id || session.Ended.IsCancellationRequested) return;
        // It could not be written when it came, or this node was silent for so long that it was forgotten.
        if (place is null || !session.Placed) await presence.ArrivedAsync(session);
        else await connections.TakenOverAsync(session);
    }
}
