using System.Security.Cryptography;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="INodeStore"/>
public sealed class SqlNodeStore(SqlDatabase database, TimeProvider time) : INodeStore
{
    /// <summary>The role of nodes that take from the engine.</summary>
    public const string Writer = "writer";

    private const string KeyOfEngine = "engine.key";

    public Task BeatAsync(string node, string role, string rules, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        """
        INSERT INTO bridge_nodes (node, role, rules, seen_at) VALUES (@node, @role, @rules, @now)
        ON CONFLICT (node) DO UPDATE SET role = @role, rules = @rules, seen_at = @now
        """,
        ("@node", node), ("@role", role), ("@rules", rules), ("@now", Now())), cancellationToken);

    public Task<IReadOnlyList<BridgeNode>> NodesAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<BridgeNode>>(session => session.Query(
        "SELECT node, role, rules, seen_at FROM bridge_nodes ORDER BY node", row => new BridgeNode(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3))), cancellationToken);

    public Task ArriveAsync(string terminal, string node, string session, string? address, CancellationToken cancellationToken = default) => database.WriteAsync(store =>
    {
        long now = Now();
        store.Execute(
            """
            INSERT INTO terminal_places (terminal, node, session, placed_at) VALUES (@terminal, @node, @session, @now)
            ON CONFLICT (terminal) DO UPDATE SET node = @node, session = @session, placed_at = @now
            """,
            ("@terminal", terminal), ("@node", node), ("@session", session), ("@now", now));
        store.Execute(
            "UPDATE terminals SET online = TRUE, address = COALESCE(@address, address), last_seen_at = @now WHERE name = @terminal",
            ("@address", address), ("@now", now), ("@terminal", terminal));
    }, cancellationToken);

    public Task<bool> LeaveAsync(string terminal, string node, string session, CancellationToken cancellationToken = default) => database.WriteAsync(store =>
    {
        if (store.Execute("DELETE FROM terminal_places WHERE terminal = @terminal AND node = @node AND session = @session", ("@terminal", terminal), ("@node", node), ("@session", session)) == 0) return false;
        store.Execute("UPDATE terminals SET online = FALSE, last_seen_at = @now WHERE name = @terminal", ("@now", Now()), ("@terminal", terminal));
        return true;
    }, cancellationToken);

    public Task<TerminalPlace?> PlaceAsync(string terminal, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.First(
        "SELECT terminal, node, session FROM terminal_places WHERE terminal = @terminal", row => new TerminalPlace(row.GetString(0), row.GetString(1), row.GetString(2)), ("@terminal", terminal)), cancellationToken);

    public Task<IReadOnlyList<string>> MovedAsync(string node, long since, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(session => session.Query(
        "SELECT terminal FROM terminal_places WHERE placed_at >= @since AND node <> @node", row => row.GetString(0), ("@since", since), ("@node", node)), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> HeldAsync(string node, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyDictionary<string, string>>(session => session.Query(
        "SELECT terminal, session FROM terminal_places WHERE node = @node", row => (row.GetString(0), row.GetString(1)), ("@node", node)).ToDictionary(StringComparer.Ordinal), cancellationToken);

    public Task ClearAsync(string node, CancellationToken cancellationToken = default) => database.WriteAsync(session => Clear(session, node), cancellationToken);

    public Task<int> ForgetSilentAsync(long since, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        int offline = 0;
        foreach (string node in session.Query("SELECT node FROM bridge_nodes WHERE seen_at < @since", row => row.GetString(0), ("@since", since)))
        {
            offline += Clear(session, node);
            session.Execute("DELETE FROM bridge_nodes WHERE node = @node AND seen_at < @since", ("@node", node), ("@since", since));
        }
        return offline;
    }, cancellationToken);

    public Task<IReadOnlyList<int>> ClaimPartsAsync(string writer, int parts, TimeSpan lease, CancellationToken cancellationToken = default) => database.WriteAsync<IReadOnlyList<int>>(session =>
    {
        long now = Now(), until = now + (long)lease.TotalMilliseconds;
        for (int part = 0; part < parts; part++)
            session.Execute("INSERT INTO engine_parts (part, writer, until_at) VALUES (@part, '', 0) ON CONFLICT (part) DO NOTHING", ("@part", part));
        List<(int Part, string Writer, bool Held)> all = session.Query(
            $"SELECT part, writer, until_at FROM engine_parts WHERE part < @parts ORDER BY part{session.Dialect.Locked}",
            row => (row.GetInt32(0), row.GetString(1), row.GetInt64(2) > now && row.GetString(1).Length > 0), ("@parts", parts));
        // Whoever was heard of has a share, also one that has just come and holds nothing yet.
        HashSet<string> live = [writer, .. session.Query("SELECT node FROM bridge_nodes WHERE role = @role AND seen_at >= @since", row => row.GetString(0), ("@role", Writer), ("@since", now - (long)lease.TotalMilliseconds))];
        int share = (parts + live.Count - 1) / live.Count;
        List<int> mine = [.. all.Where(one => one.Held && one.Writer == writer).Select(one => one.Part).Take(share)];
        mine.AddRange(all.Where(one => !one.Held).Select(one => one.Part).Take(Math.Max(0, share - mine.Count)));
        foreach ((int part, string holder, bool held) in all)
            if (mine.Contains(part)) session.Execute("UPDATE engine_parts SET writer = @writer, until_at = @until WHERE part = @part", ("@writer", writer), ("@until", until), ("@part", part));
            else if (held && holder == writer) session.Execute("UPDATE engine_parts SET writer = '', until_at = 0 WHERE part = @part", ("@part", part));
        return mine;
    }, cancellationToken);

    public Task ReleasePartsAsync(string writer, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("UPDATE engine_parts SET writer = '', until_at = 0 WHERE writer = @writer", ("@writer", writer)), cancellationToken);

    public Task<byte[]> EngineKeyAsync(CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        session.Execute("INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO NOTHING",
            ("@key", KeyOfEngine), ("@value", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))), ("@now", Now()));
        return Convert.FromBase64String(session.Text("SELECT value FROM settings WHERE key = @key", ("@key", KeyOfEngine))!);
    }, cancellationToken);

    private static int Clear(SqlSession session, string node)
    {
        int offline = session.Execute("UPDATE terminals SET online = FALSE WHERE online AND name IN (SELECT p.terminal FROM terminal_places p WHERE p.node = @node)", ("@node", node));
        session.Execute("DELETE FROM terminal_places WHERE node = @node", ("@node", node));
        return offline;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
