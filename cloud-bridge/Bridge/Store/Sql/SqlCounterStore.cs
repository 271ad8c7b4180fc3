using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ICounterStore"/>
public sealed class SqlCounterStore(SqlDatabase database, TimeProvider time) : ICounterStore
{
    private const string Place = "shown_through";

    /// <summary>Written in the punches' own transaction: one row a terminal, one statement a batch.</summary>
    internal static void Count(SqlSession session, string terminal, int received, int repeated, int stored) => session.Execute(
        """
        INSERT INTO terminal_counts (terminal, received, repeated, stored, shown) VALUES (@terminal, @received, @repeated, @stored, 0)
        ON CONFLICT (terminal) DO UPDATE SET received = terminal_counts.received + @received,
          repeated = terminal_counts.repeated + @repeated, stored = terminal_counts.stored + @stored
        """,
        ("@terminal", terminal), ("@received", received), ("@repeated", repeated), ("@stored", stored));

    public Task<IReadOnlyList<TerminalCounts>> CountsAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<TerminalCounts>>(session =>
    {
        // What is not delivered is little, and indexed; what is delivered is everything else.
        Dictionary<string, long> open = session.Query(
            """
            SELECT p.terminal, COUNT(*) FROM outbox o JOIN punches p ON p.id = o.punch_id AND p.at = o.at
            WHERE o.state NOT IN ('delivered', 'skipped') GROUP BY p.terminal
            """,
            row => (Terminal: row.GetString(0), Count: row.GetInt64(1))).ToDictionary(one => one.Terminal, one => one.Count, StringComparer.Ordinal);
        return session.Query(
            "SELECT terminal, received, repeated, stored, shown FROM terminal_counts ORDER BY terminal",
            row => new TerminalCounts
            {
                Terminal = row.GetString(0),
                Received = row.GetInt64(1),
                Repeated = row.GetInt64(2),
                Refused = row.GetInt64(1) - row.GetInt64(2) - row.GetInt64(3),
                Stored = row.GetInt64(3),
                Shown = row.GetInt64(4),
                Delivered = row.GetInt64(3) - open.GetValueOrDefault(row.GetString(0)),
            });
    }, cancellationToken);

    public Task<long> ShownThroughAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => Through(session), cancellationToken);

    public Task AddShownAsync(long from, long through, IReadOnlyDictionary<string, int> shown, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shown);
        return database.WriteAsync(session =>
        {
            if (Through(session) != from) return;
            foreach ((string terminal, int count) in shown)
                session.Execute("UPDATE terminal_counts SET shown = shown + @count WHERE terminal = @terminal", ("@count", count), ("@terminal", terminal));
            session.Execute(
                "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
                ("@key", Place), ("@value", through.ToString(CultureInfo.InvariantCulture)), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        }, cancellationToken);
    }

    private static long Through(SqlSession session) =>
        session.Text("SELECT value FROM settings WHERE key = @key", ("@key", Place)) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : 0;
}
