using System.Collections.Concurrent;

namespace Devices.Bridge.Ingest;

/// <summary>Who is connected, and whose name is fought over.</summary>
public sealed class ConnectionRegistry(TimeProvider time)
{
    private const int FlapLimit = 5;
    private static readonly TimeSpan FlapWindow = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TerminalSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Queue<DateTimeOffset>> _takeovers = new(StringComparer.Ordinal);

    public int Count => _sessions.Count;

    public IReadOnlyCollection<TerminalSession> Sessions => [.. _sessions.Values];

    public TerminalSession? Find(string terminal) => _sessions.GetValueOrDefault(terminal);

    public void Add(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        TerminalSession? before = null;
        _sessions.AddOrUpdate(session.Terminal, session, (_, old) => { before = old; return session; });
        before?.End();
    }

    /// <summary>Removes this very session; false where a newer one of the terminal took its place.</summary>
    public bool Remove(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.End();
        return _sessions.TryRemove(KeyValuePair.Create(session.Terminal, session));
    }

    /// <summary>Counts a takeover; true where there were so many in a minute that two boards must share one certificate.</summary>
    public bool CountTakeover(string terminal)
    {
        Queue<DateTimeOffset> recent = _takeovers.GetOrAdd(terminal, _ => []);
        lock (recent)
        {
            DateTimeOffset now = time.GetUtcNow();
            recent.Enqueue(now);
            while (recent.Peek() < now - FlapWindow) recent.Dequeue();
            return recent.Count >= FlapLimit;
        }
    }
}
