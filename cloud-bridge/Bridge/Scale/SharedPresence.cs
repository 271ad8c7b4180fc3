using Devices.Bridge.Ingest;
using Devices.Bridge.Store;

namespace Devices.Bridge.Scale;

/// <summary>Of a node among several: which node holds a terminal stands in the database, and whoever wrote last holds it.</summary>
public sealed class SharedPresence(INodeStore nodes, BridgeOptions options, KnownMarks marks) : IPresence
{
    public Task BeginAsync(CancellationToken cancellationToken) => nodes.ClearAsync(options.Node, cancellationToken);

    public Task EndAsync(CancellationToken cancellationToken) => nodes.ClearAsync(options.Node, cancellationToken);

    public async Task ArrivedAsync(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        // It may have gone on elsewhere: what this node remembers of its ledger is told to nobody any more.
        marks.Forget(session.Terminal);
        await nodes.ArriveAsync(session.Terminal, options.Node, session.Id, session.Address);
        session.Placed = true;
    }

    public Task LeftAsync(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return nodes.LeaveAsync(session.Terminal, options.Node, session.Id);
    }

    public async Task<bool> IsHereAsync(TerminalSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return (await nodes.PlaceAsync(session.Terminal, cancellationToken))?.Session == session.Id;
    }
}
