namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IOutboxStore"/>
public sealed class SqlOutboxStore(SqlDatabase database, TimeProvider time) : IOutboxStore
{
    /// <summary>
    /// Hops from person to person along the index of open rows and looks at each one's earliest only. It runs twice a second on the
    /// writer's connection: reading all rows there would take longer with every punch ever delivered.
    /// </summary>
    public const string LeaseSql = Heads + "ORDER BY o.punch_id LIMIT @limit";

    private const string Heads =
        """
        WITH RECURSIVE open (person) AS (
          SELECT MIN(person) FROM outbox WHERE target = @target AND state IN ('pending', 'sending', 'waiting', 'ambiguous')
          UNION ALL
          SELECT (SELECT MIN(n.person) FROM outbox n WHERE n.target = @target AND n.state IN ('pending', 'sending', 'waiting', 'ambiguous') AND n.person > open.person)
          FROM open WHERE open.person IS NOT NULL
        )
        SELECT o.punch_id, p.terminal, p.ledger, p.seq, o.person, o.at, o.state, o.attempts, o.sent_at, o.forced, o.tell, x.struck IS NOT NULL
        FROM open
        JOIN outbox o ON o.target = @target AND o.punch_id = (SELECT b.punch_id FROM outbox b WHERE b.target = @target AND b.person = open.person
          AND b.state IN ('pending', 'sending', 'waiting', 'ambiguous') ORDER BY b.at, b.punch_id LIMIT 1)
        JOIN punches p ON p.id = o.punch_id AND p.at = o.at
        LEFT JOIN punch_effects x ON x.punch_id = o.punch_id
        WHERE (o.state = 'pending' OR (o.state IN ('waiting', 'ambiguous') AND COALESCE(o.next_attempt_at, 0) <= @now))
          AND NOT EXISTS (SELECT 1 FROM outbox s WHERE s.target = @target AND s.person = open.person AND s.state = 'sending')

        """;

    public Task<IReadOnlyList<OutboxItem>> LeaseAsync(string target, long now, int limit, CancellationToken cancellationToken = default) =>
        LeaseAsync(LeaseSql, target, now, limit, cancellationToken);

    public Task<IReadOnlyList<OutboxItem>> LeaseAmbiguousAsync(string target, long now, int limit, CancellationToken cancellationToken = default) =>
        LeaseAsync(Heads + "AND o.state = 'ambiguous' ORDER BY o.punch_id LIMIT @limit", target, now, limit, cancellationToken);

    private Task<IReadOnlyList<OutboxItem>> LeaseAsync(string sql, string target, long now, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<OutboxItem>>(session =>
        {
            // Two bridges that look at one moment could take two punches of one person; the row's own lock only keeps them from taking the same.
            if (!session.Dialect.TryTurn(session, "lease " + target)) return [];
            List<(OutboxItem Item, bool Struck)> found = session.Query(
                sql + session.Dialect.SkipLocked("o"),
                row => (new OutboxItem(row.GetInt64(0), new(row.GetString(1), Guid.Parse(row.GetString(2)), row.GetInt64(3)), row.GetString(4),
                    row.GetInt64(5), Columns.Enum<DeliveryState>(row.GetString(6)), row.GetInt32(7), row.LongOrNull(8), row.GetBoolean(9), row.LongOrNull(10)), row.GetBoolean(11)),
                ("@target", target), ("@now", now), ("@limit", limit));
            // What a correction struck is not sent any more; only whether it has arrived is still asked, and who may have it is told.
            bool Sent((OutboxItem Item, bool Struck) one) => !one.Struck || one.Item.Was == DeliveryState.Ambiguous || one.Item.Tell is not null;
            foreach (OutboxItem item in found.Where(one => !Sent(one)).Select(one => one.Item))
                session.Execute(
                    "UPDATE outbox SET state = 'skipped', reason_code = @code, reason = NULL, next_attempt_at = NULL, updated_at = @now WHERE punch_id = @id AND target = @target",
                    ("@code", CorrectionEffects.Struck), ("@now", Now()), ("@id", item.PunchId), ("@target", target));
            List<OutboxItem> items = [.. found.Where(Sent).Select(one => one.Item)];
            foreach (OutboxItem item in items)
                session.Execute(
                    "UPDATE outbox SET state = 'sending', updated_at = @now WHERE punch_id = @id AND target = @target",
                    ("@now", Now()), ("@id", item.PunchId), ("@target", target));
            return items;
        }, cancellationToken);

    public Task MarkAsync(string target, long punchId, OutboxChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return database.WriteAsync(session => session.Execute(
            """
            UPDATE outbox SET state = CASE WHEN @done AND tell IS DISTINCT FROM CAST(@told AS BIGINT) THEN 'pending' ELSE @state END,
              attempts = CASE WHEN @done AND tell IS DISTINCT FROM CAST(@told AS BIGINT) THEN 0 ELSE @attempts END,
              told = CASE WHEN @done THEN CAST(@told AS BIGINT) ELSE told END, next_attempt_at = @next, sent_at = @sent, delivered_at = @delivered,
              checks = CASE WHEN sent_at IS NOT DISTINCT FROM @sent THEN checks ELSE 0 END,
              reason_code = @code, reason = @reason, updated_at = @now
            WHERE punch_id = @id AND target = @target AND (state = 'sending' OR @any)
            """,
            ("@state", Columns.Text(change.State)), ("@attempts", change.Attempts), ("@next", change.NextAttemptAt), ("@sent", change.SentAt),
            ("@delivered", change.DeliveredAt), ("@code", change.ReasonCode), ("@reason", change.Reason), ("@now", Now()), ("@id", punchId), ("@target", target),
            ("@any", !change.OnlyIfSending), ("@done", change.State == DeliveryState.Delivered), ("@told", change.Told)), cancellationToken);
    }

    public Task<int> RecoverAsync(string target, bool asks, long from = 0, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        """
        UPDATE outbox SET state = @state, next_attempt_at = @from, sent_at = COALESCE(sent_at, updated_at), updated_at = @now, reason_code = @code,
          reason = @reason WHERE state = 'sending' AND target = @target
        """,
        ("@state", Columns.Text(asks ? DeliveryState.Ambiguous : DeliveryState.Waiting)), ("@code", asks ? "restart" : "restart-again"),
        ("@reason", asks ? "The bridge stopped while this was being sent; the platform is asked before it is sent again." : "The bridge stopped while this was being sent; it is sent again under the same key."),
        ("@now", Now()), ("@from", from), ("@target", target)), cancellationToken);

    public Task<int> ResendAsync(SiteScope scope, string target, IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(punchIds);
        return database.WriteAsync(session =>
        {
            int changed = 0;
            foreach (long id in punchIds)
            {
                if (!scope.Everything && session.Number($"SELECT COUNT(*) FROM punches WHERE id = @id AND {scope.Terminal("terminal")}", scope.With(("@id", id))) == 0) continue;
                // A punch is held for its time, and that concerns every target.
                if (target == OutboxTarget.Platform)
                    session.Execute(
                        """
                        UPDATE outbox SET state = 'pending', reason_code = NULL, reason = NULL, updated_at = @now
                        WHERE punch_id = @id AND target <> @target AND state = 'held'
                          AND EXISTS (SELECT 1 FROM outbox p WHERE p.punch_id = @id AND p.target = @target AND p.state = 'held')
                        """,
                        ("@now", Now()), ("@id", id), ("@target", target));
                // Struck meanwhile: it waits for nothing any more.
                session.Execute(
                    "UPDATE outbox SET state = 'skipped', reason_code = @code, reason = NULL, next_attempt_at = NULL, updated_at = @now WHERE punch_id = @id AND state = 'dead' AND tell IS NULL AND EXISTS (SELECT 1 FROM punch_effects x WHERE x.punch_id = @id AND x.struck IS NOT NULL)",
                    ("@code", CorrectionEffects.Struck), ("@now", Now()), ("@id", id));
                changed += session.Execute(
                    """
                    UPDATE outbox SET state = CASE WHEN target = 'platform' AND ((state = 'dead'
                        AND (attempts > 1 OR reason_code IN ('reason.not_recorded', 'reason.never_settled', 'reason.unknown_code')))
                        OR updated_at <= COALESCE((SELECT CAST(value AS BIGINT) FROM settings WHERE key = 'store.restored_at'), 0)
                        OR at < COALESCE((SELECT CAST(value AS BIGINT) + 3600000 FROM settings WHERE key = 'store.restored_at'), 0))
                      THEN 'ambiguous' ELSE 'pending' END, attempts = 0, checks = 0, next_check_at = NULL, next_attempt_at = NULL, reason_code = NULL, reason = NULL,
                      forced = @yes, updated_at = @now
                    WHERE punch_id = @id AND target = @target AND state IN ('dead', 'held', 'skipped', 'deferred')
                      AND (tell IS NOT NULL OR NOT EXISTS (SELECT 1 FROM punch_effects x WHERE x.punch_id = @id AND x.struck IS NOT NULL))
                    """,
                    ("@yes", true), ("@now", Now()), ("@id", id), ("@target", target));
            }

            return changed;
        }, cancellationToken);
    }

    public Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(SiteScope scope, string target, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<DeliveryState, long>>(session => session
            .Query(
                scope.Everything
                    ? "SELECT state, CAST(SUM(n) AS BIGINT) FROM outbox_counts WHERE target = @target GROUP BY state HAVING SUM(n) > 0"
                    : $"""
                      SELECT o.state, COUNT(*) FROM outbox o JOIN punches p ON p.id = o.punch_id AND p.at = o.at
                      WHERE o.target = @target AND o.state <> 'delivered' AND {scope.Terminal("p.terminal")} GROUP BY o.state
                      """,
                row => (State: Columns.Enum<DeliveryState>(row.GetString(0)), Count: row.GetInt64(1)), scope.With(("@target", target)))
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
