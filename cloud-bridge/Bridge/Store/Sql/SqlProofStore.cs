namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IProofStore"/>
/// <remarks>Only the platform can be asked: all of it concerns its rows.</remarks>
public sealed class SqlProofStore(SqlDatabase database, TimeProvider time) : IProofStore
{
    public Task<int> ChecksAsync(long punchId, CancellationToken cancellationToken = default) => database.ReadAsync(
        session => (int)session.Number("SELECT checks FROM outbox WHERE punch_id = @id AND target = 'platform'", ("@id", punchId)), cancellationToken);

    public Task<int> CountCheckAsync(long punchId, long? nextCheckAt, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => (int)session.Number(
            "UPDATE outbox SET checks = checks + 1, next_check_at = @next WHERE punch_id = @id AND target = 'platform' RETURNING checks", ("@id", punchId), ("@next", nextCheckAt)),
        cancellationToken);

    public Task<IReadOnlyList<UnprovedPunch>> UnprovedAsync(long deliveredBefore, long now, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<UnprovedPunch>>(session => session.Query(
            """
            SELECT o.punch_id, p.terminal, p.ledger, p.seq, o.person, o.at, o.checks FROM outbox o JOIN punches p ON p.id = o.punch_id AND p.at = o.at
            WHERE o.target = 'platform' AND o.state = 'delivered' AND o.proved_at IS NULL AND o.delivered_at <= @before AND COALESCE(o.next_check_at, 0) <= @now
            ORDER BY o.delivered_at LIMIT @limit
            """,
            row => new UnprovedPunch(row.GetInt64(0), new(row.GetString(1), Guid.Parse(row.GetString(2)), row.GetInt64(3)), row.GetString(4), row.GetInt64(5), row.GetInt32(6)),
            ("@before", deliveredBefore), ("@now", now), ("@limit", limit)), cancellationToken);

    public Task<bool> ProveAsync(long punchId, string platformRecord, string? note, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            """
            UPDATE outbox SET state = 'delivered', delivered_at = COALESCE(delivered_at, @now), proved_at = @now, platform_record = @record,
              platform_note = @note, next_attempt_at = NULL, reason_code = NULL, reason = NULL, updated_at = @now
            WHERE punch_id = @id AND target = 'platform' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.platform_record = @record AND o.punch_id <> @id)
            """,
            ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@record", platformRecord), ("@note", note), ("@id", punchId)) == 1,
        cancellationToken);

    public Task<bool> GiveUpAsync(long punchId, string reasonCode, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            """
            UPDATE outbox SET state = CASE WHEN EXISTS (SELECT 1 FROM punch_effects x WHERE x.punch_id = @id AND x.struck IS NOT NULL) THEN 'skipped' ELSE 'dead' END, delivered_at = NULL, reason_code = @reason, reason = NULL, updated_at = @now
            WHERE punch_id = @id AND target = 'platform' AND state = 'delivered' AND proved_at IS NULL
            """,
            ("@reason", reasonCode), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@id", punchId)) == 1, cancellationToken);

    public Task<IReadOnlySet<string>> TakenAsync(IReadOnlyCollection<string> platformRecords, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(platformRecords);
        return database.ReadAsync<IReadOnlySet<string>>(session =>
        {
            HashSet<string> taken = new(StringComparer.Ordinal);
            foreach (string record in platformRecords.Distinct())
                if (session.Number("SELECT EXISTS (SELECT 1 FROM outbox WHERE platform_record = @record)", ("@record", record)) != 0) taken.Add(record);
            return taken;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<Neighbour>> NeighboursAsync(
        long punchId, string terminal, string person, long start, long until, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Neighbour>>(session => session.Query(
            """
            SELECT p.at, o.state = 'delivered' AND o.proved_at IS NULL FROM punches p JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = 'platform'
            WHERE p.person = @person AND p.at >= @start AND p.at < @until AND p.terminal = @terminal AND p.id <> @id
            """,
            row => new Neighbour(row.GetInt64(0), row.GetBoolean(1)),
            ("@person", person), ("@start", start), ("@until", until), ("@terminal", terminal), ("@id", punchId)), cancellationToken);
}
