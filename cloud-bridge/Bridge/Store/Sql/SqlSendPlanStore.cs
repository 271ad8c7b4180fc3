using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ISendPlanStore"/>
public sealed class SqlSendPlanStore(SqlDatabase database, TimeProvider time) : ISendPlanStore
{
    public Task<IReadOnlyList<DayEntry>> DayAsync(string person, long start, long until, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<DayEntry>>(session => session.Query(
            """
            SELECT p.id, p.at, p.direction FROM punches p JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = 'platform'
            LEFT JOIN punch_effects x ON x.punch_id = p.id
            WHERE p.person = @person AND p.at >= @start AND p.at < @until AND o.state <> 'held' AND x.struck IS NULL
            """,
            row => new DayEntry(row.GetInt64(0), row.GetInt64(1), Columns.Enum<PunchDirection>(row.GetString(2))),
            ("@person", person), ("@start", start), ("@until", until)), cancellationToken);

    public Task<int> ReleaseDueAsync(long now, int limit, CancellationToken cancellationToken = default) => ReleaseAsync(
        "SELECT punch_id FROM outbox WHERE target = 'platform' AND state = 'deferred' AND next_attempt_at <= @edge ORDER BY next_attempt_at, at LIMIT @limit", now, limit, cancellationToken);

    public Task<int> ReleaseSavedAsync(int limit, CancellationToken cancellationToken = default) => ReleaseAsync(
        "SELECT punch_id FROM outbox WHERE target = 'platform' AND state = 'deferred' AND next_attempt_at IS NULL AND at <= @edge ORDER BY at LIMIT @limit", long.MaxValue, limit, cancellationToken);

    public Task<int> ReleaseOldAsync(long before, int limit, CancellationToken cancellationToken = default) => ReleaseAsync(
        "SELECT punch_id FROM outbox WHERE target = 'platform' AND state = 'deferred' AND next_attempt_at IS NULL AND at <= @edge ORDER BY at LIMIT @limit", before, limit, cancellationToken);

    public Task<IReadOnlyDictionary<string, long>> DeferredAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, long>>(session => session
            .Query(
                "SELECT COALESCE(reason_code, ''), COUNT(*) FROM outbox WHERE target = 'platform' AND state = 'deferred' GROUP BY COALESCE(reason_code, '')",
                row => (row.GetString(0), row.GetInt64(1)))
            .ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal), cancellationToken);

    private Task<int> ReleaseAsync(string sql, long edge, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            List<long> ids = session.Query(sql, row => row.GetInt64(0), ("@edge", edge), ("@limit", (long)limit));
            foreach (long id in ids)
                session.Execute(
                    "UPDATE outbox SET state = 'pending', next_attempt_at = NULL, updated_at = @now WHERE punch_id = @id AND target = 'platform' AND state = 'deferred'",
                    ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@id", id));
            return ids.Count;
        }, cancellationToken);
}
