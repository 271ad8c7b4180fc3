namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ITargetStore"/>
public sealed class SqlTargetStore(SqlDatabase database, TimeProvider time) : ITargetStore
{
    public Task EnrolAsync(OutboxTarget target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return database.WriteAsync(session =>
        {
            string? begins = session.Text("SELECT begins FROM outbox_targets WHERE name = @name", ("@name", target.Name));
            if (begins == target.From) return;
            // What "new" means is settled once, at the first start; a beginning that is moved is filled in from the first punch on.
            long filled = target.From == OutboxTarget.New ? session.Number("SELECT MAX(id) FROM punches") : 0;
            session.Execute(
                """
                INSERT INTO outbox_targets (name, begins, filled, since_at) VALUES (@name, @begins, @filled, @now)
                ON CONFLICT (name) DO UPDATE SET begins = excluded.begins,
                  filled = CASE WHEN excluded.begins = 'new' THEN outbox_targets.filled ELSE excluded.filled END
                """,
                ("@name", target.Name), ("@begins", target.From), ("@filled", filled), ("@now", Now()));
        }, cancellationToken);
    }

    public Task<bool> FillAsync(string target, long from, int limit, CancellationToken cancellationToken = default) => database.WriteAsync(
        session =>
        {
            long filled = session.Number("SELECT filled FROM outbox_targets WHERE name = @name", ("@name", target));
            // Those of one page that have no row; what a held punch waits for, it waits for here too.
            (string settled, (string, object?)[] through) = Arrivals.Settled(session, "id");
            List<long> ids = session.Query($"SELECT id FROM punches WHERE id > @filled{settled} ORDER BY id LIMIT @limit", row => row.GetInt64(0), [("@filled", filled), ("@limit", (long)limit), .. through]);
            if (ids.Count == 0) return false;
            session.Execute(
                """
                INSERT INTO outbox (punch_id, target, person, at, state, reason_code, reason, updated_at)
                SELECT p.id, @target, p.person, p.at, CASE WHEN o.state = 'held' THEN 'held' ELSE 'pending' END,
                  CASE WHEN o.state = 'held' THEN o.reason_code END, CASE WHEN o.state = 'held' THEN o.reason END, @now
                FROM punches p JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = 'platform'
                WHERE p.id > @filled AND p.id <= @last AND p.at >= @from
                ON CONFLICT (punch_id, target) DO NOTHING
                """,
                ("@target", target), ("@filled", filled), ("@last", ids[^1]), ("@from", from), ("@now", Now()));
            session.Execute("UPDATE outbox_targets SET filled = @last WHERE name = @name", ("@last", ids[^1]), ("@name", target));
            return ids.Count == limit;
        }, cancellationToken);

    public Task<IReadOnlyList<long>> DeadAsync(string target, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<long>>(session => session.Query(
            "SELECT punch_id FROM outbox WHERE target = @target AND state = 'dead' AND state <> 'delivered' ORDER BY at, punch_id LIMIT @limit",
            row => row.GetInt64(0), ("@target", target), ("@limit", (long)limit)), cancellationToken);

    public Task<IReadOnlyList<TargetState>> StatesAsync(IReadOnlyCollection<long> punchIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(punchIds);
        return database.ReadAsync<IReadOnlyList<TargetState>>(session =>
            [.. punchIds.SelectMany(id => session.Query(
                "SELECT target, state, attempts, next_attempt_at, delivered_at, reason_code, reason FROM outbox WHERE punch_id = @id AND target <> 'platform' ORDER BY target",
                row => new TargetState(id, row.GetString(0), Columns.Enum<DeliveryState>(row.GetString(1)), row.GetInt32(2), row.LongOrNull(3), row.LongOrNull(4), row.TextOrNull(5), row.TextOrNull(6)),
                ("@id", id)))], cancellationToken);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
