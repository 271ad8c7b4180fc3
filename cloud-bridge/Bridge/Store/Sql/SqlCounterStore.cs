using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ICounterStore"/>
public sealed class SqlCounterStore(SqlDatabase database, TimeProvider time) : ICounterStore
{
    private const string Place = "shown_through";

    /// <summary>Written in the punches' own transaction: one row a terminal, one statement a batch.</summary>
    internal static void Count(SqlSession session, string terminal, int received, int repeated, int stored, long now) => session.Execute(
        """
        INSERT INTO terminal_counts (terminal, received, repeated, stored, shown, last_stored_at) VALUES (@terminal, @received, @repeated, @stored, 0, @last)
        ON CONFLICT (terminal) DO UPDATE SET received = terminal_counts.received + @received, repeated = terminal_counts.repeated + @repeated,
          stored = terminal_counts.stored + @stored, last_stored_at = COALESCE(@last, terminal_counts.last_stored_at)
        """,
        ("@terminal", terminal), ("@received", received), ("@repeated", repeated), ("@stored", stored), ("@last", stored > 0 ? now : null));

    public Task<long?> LastStoredAtAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => Some(session.Number("SELECT MAX(last_stored_at) FROM terminal_counts WHERE terminal NOT IN (SELECT t.name FROM terminals t WHERE t.made) AND terminal NOT IN (SELECT r.router FROM wifi_routers r)")), cancellationToken);

    public Task<long?> OldestOpenAsync(CancellationToken cancellationToken = default) => database.ReadAsync(session =>
        // A seek of the index for each state.
        new[] { DeliveryState.Pending, DeliveryState.Sending, DeliveryState.Waiting, DeliveryState.Ambiguous, DeliveryState.Deferred, DeliveryState.Held, DeliveryState.Dead }
            .Select(state => Some(session.Number("SELECT MIN(at) FROM outbox WHERE target = 'platform' AND state <> 'delivered' AND state = @state", ("@state", Columns.Text(state)))))
            .Min(), cancellationToken);

    private static long? Some(long at) => at == 0 ? null : at;

    public Task<IReadOnlyList<TerminalCounts>> CountsAsync(SiteScope scope, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<TerminalCounts>>(session =>
    {
        // What is not delivered is little, and indexed; what is delivered is everything else.
        Dictionary<string, long> open = session.Query(
            """
            SELECT p.terminal, COUNT(*) FROM outbox o JOIN punches p ON p.id = o.punch_id AND p.at = o.at
            WHERE o.target = 'platform' AND o.state <> 'delivered'
              AND o.state IN ('pending', 'sending', 'waiting', 'ambiguous', 'dead', 'held', 'deferred') GROUP BY p.terminal
            """,
            row => (Terminal: row.GetString(0), Count: row.GetInt64(1))).ToDictionary(one => one.Terminal, one => one.Count, StringComparer.Ordinal);
        return session.Query(
            $"SELECT c.terminal, c.received, c.repeated, c.stored, c.shown + COALESCE(s.shown, 0) FROM terminal_counts c LEFT JOIN terminal_shown s ON s.terminal = c.terminal WHERE {scope.Terminal("c.terminal")} AND c.terminal NOT IN (SELECT m.name FROM terminals m WHERE m.made) ORDER BY c.terminal",
            row => new TerminalCounts
            {
                Terminal = row.GetString(0),
                Received = row.GetInt64(1),
                Repeated = row.GetInt64(2),
                Refused = row.GetInt64(1) - row.GetInt64(2) - row.GetInt64(3),
                Stored = row.GetInt64(3),
                Shown = row.GetInt64(4),
                Delivered = row.GetInt64(3) - open.GetValueOrDefault(row.GetString(0)),
            }, scope.Values());
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
                session.Execute(
                    "INSERT INTO terminal_shown (terminal, shown) VALUES (@terminal, @count) ON CONFLICT (terminal) DO UPDATE SET shown = terminal_shown.shown + @count",
                    ("@terminal", terminal), ("@count", (long)count));
            session.Execute(
                "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
                ("@key", Place), ("@value", through.ToString(CultureInfo.InvariantCulture)), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        }, cancellationToken);
    }

    private static long Through(SqlSession session) =>
        session.Text("SELECT value FROM settings WHERE key = @key", ("@key", Place)) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : 0;
}
