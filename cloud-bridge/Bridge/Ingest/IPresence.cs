using Devices.Bridge.Store;

namespace Devices.Bridge.Ingest;

/// <summary>Writes down which terminals are connected.</summary>
public interface IPresence
{
    /// <summary>Before the first may connect: nobody is.</summary>
    Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>After the last has left.</summary>
    Task EndAsync(CancellationToken cancellationToken);

    Task ArrivedAsync(TerminalSession session);

    Task LeftAsync(TerminalSession session);

    /// <summary>Whether this connection is still the terminal's newest among all nodes.</summary>
    Task<bool> IsHereAsync(TerminalSession session, CancellationToken cancellationToken);
}

/// <summary>Of a bridge that is the only one: who is not connected here is not connected.</summary>
public sealed class LocalPresence(ITerminalStore terminals) : IPresence
{
    public Task BeginAsync(CancellationToken cancellationToken) => terminals.SetAllOfflineAsync(cancellationToken);

    public Task EndAsync(CancellationToken cancellationToken) => terminals.SetAllOfflineAsync(cancellationToken);

    public Task ArrivedAsync(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return terminals.SetOnlineAsync(session.Terminal, true, session.Address);
    }

    public Task LeftAsync(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return terminals.SetOnlineAsync(session.Terminal, false, null);
    }

    public Task<bool> IsHereAsync(TerminalSession session, CancellationToken cancellationToken) => Task.FromResult(true);
}
