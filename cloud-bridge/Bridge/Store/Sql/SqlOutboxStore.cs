namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IOutboxStore"/>
public sealed class SqlOutboxStore(SqlDatabase database, TimeProvider time) : IOutboxStore
{
    /// <summary>
    /// Hops from person to person along the index of open rows and looks at each one's earliest only. It runs twice a second on the
    /// writer's connection: reading all rows there would take longer with every punch ever delivered.
    /// </summary>
    public const string LeaseSql =
        """
        WITH RECURSIVE open (person) AS (
          SELECT MIN(person) FROM outbox WHERE state IN ('pending', 'sending', 'waiting', 'ambiguous')
          UNION ALL
          SELECT (SELECT MIN(n.person) FROM outbox n WHERE n.state IN ('pending', 'sending', 'waiting', 'ambiguous') AND n.person > open.person)
          FROM open WHERE open.person IS NOT NULL
        )
        SELECT o.punch_id, p.terminal, p.ledger, p.seq, o.person, o.at, o.state, o.attempts, o.sent_at
        FROM open
        JOIN outbox o ON o.punch_id = (SELECT b.punch_id FROM outbox b WHERE b.person = open.person
          AND b.state IN ('pending', 'sending', 'waiting', 'ambiguous') ORDER BY b.at, b.punch_id LIMIT 1)
        JOIN punches p ON p.id = o.punch_id AND p.at = o.at
        WHERE (o.state = 'pending' OR (o.state IN ('waiting', 'ambiguous') AND COALESCE(o.next_attempt_at, 0) <= @now))
          AND NOT EXISTS (SELECT 1 FROM outbox s WHERE s.person = open.person AND s.state = 'sending')
        ORDER BY o.punch_id LIMIT @limit
        """;

    public Task<IReadOnlyList<OutboxItem>> LeaseAsync(long now, int limit, CancellationToken cancellationToken = default) =>
        database.WriteAsync<IReadOnlyList<OutboxItem>>(session =>
        {
            List<OutboxItem> items = session.Query(
                LeaseSql,
                row => new OutboxItem(row.GetInt64(0), new(row.GetString(1), Guid.Parse(row.GetString(2)), row.GetInt64(3)), row.GetString(4),
                    row.GetInt64(5), Columns.Enum<DeliveryState>(row.GetString(6)), row.GetInt32(7), row.LongOrNull(8)),
                ("@now", now), ("@limit", limit));
            foreach (OutboxItem item in items)
                session.Execute("UPDATE outbox SET state = 'sending', updated_at = @now WHERE punch_id = @id", ("@now", Now()), ("@id", item.PunchId));
            return items;
        }, cancellationToken);

    public Task MarkAsync(long punchId, OutboxChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return database.WriteAsync(session => session.Execute(
            """
            UPDATE outbox SET state = @state, attempts = @attempts, next_attempt_at = @next, sent_at = @sent, delivered_at = @delivered,
              checks = CASE WHEN sent_at IS NOT DISTINCT FROM @sent THEN checks ELSE 0 END,
              reason_code = @code, reason = @reason, updated_at = @now WHERE punch_id = @id
            """,
            ("@state", Columns.Text(change.State)), ("@attempts", change.Attempts), ("@next", change.NextAttemptAt), ("@sent", change.SentAt),
            ("@delivered", change.DeliveredAt), ("@code", change.ReasonCode), ("@reason", change.Reason), ("@now", Now()), ("@id", punchId)), cancellationToken);
    }

    public Task<int> RecoverAsync(long askFrom = 0, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        """
        UPDATE outbox SET state = 'ambiguous', next_attempt_at = @from, sent_at = COALESCE(sent_at, updated_at), updated_at = @now, reason_code = 'restart',
          reason = 'The bridge stopped while this was being sent; the platform is asked before it is sent again.' WHERE state = 'sending'
        """,
        ("@now", Now()), ("@from", askFrom)), cancellationToken);

    public Task<int> ResendAsync(IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(punchIds);
        return database.WriteAsync(session =>
        {
            int changed = 0;
            foreach (long id in punchIds)
                changed += session.Execute(
                    """
                    UPDATE outbox SET state = CASE WHEN state = 'dead' AND (attempts > 1 OR reason_code IN ('reason.not_recorded', 'reason.never_settled', 'reason.unknown_code'))
                      THEN 'ambiguous' ELSE 'pending' END, attempts = 0, checks = 0, next_check_at = NULL, next_attempt_at = NULL, reason_code = NULL, reason = NULL, updated_at = @now
                    WHERE punch_id = @id AND state IN ('dead', 'held', 'skipped')
                    """,
                    ("@now", Now()), ("@id", id));
            return changed;
        }, cancellationToken);
    }

    public Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<DeliveryState, long>>(session => session
            .Query("SELECT state, COUNT(*) FROM outbox GROUP BY state", row => (State: Columns.Enum<DeliveryState>(row.GetString(0)), Count: row.GetInt64(1)))
            .ToDictionary(one => one.State, one => one.Count), cancellationToken);

    public Task<long> MeterAsync(string month, string api, int calls, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Number(
            """
            INSERT INTO platform_calls (month, api, calls) VALUES (@month, @api, @calls)
            ON CONFLICT (month, api) DO UPDATE SET calls = platform_calls.calls + excluded.calls RETURNING calls
            """,
            ("@month", month), ("@api", api), ("@calls", calls)), cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
