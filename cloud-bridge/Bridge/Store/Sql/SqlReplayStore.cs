namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IReplayStore"/>
/// <remarks>Of a punch that counts the punch itself goes again, whatever corrected it in between; of one that does not, that it does not.</remarks>
public sealed class SqlReplayStore(SqlDatabase database, TimeProvider time) : IReplayStore
{
    public Task<int> ReplayAsync(string target, long from, long until, CancellationToken cancellationToken = default)
    {
        // The platform would record them a second time.
        if (target == OutboxTarget.Platform) throw new ArgumentException("The platform is not replayed to.", nameof(target));
        return database.WriteAsync(session => session.Execute(
            """
            UPDATE outbox SET state = 'pending', attempts = 0, next_attempt_at = NULL, reason_code = NULL, reason = NULL, updated_at = @now, told = NULL,
              tell = CASE WHEN EXISTS (SELECT 1 FROM punch_effects x WHERE x.punch_id = outbox.punch_id AND x.struck IS NOT NULL) THEN tell END
            WHERE target = @target AND at >= @from AND at < @until AND state IN ('delivered', 'dead', 'skipped')
            """,
            ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@target", target), ("@from", from), ("@until", until)), cancellationToken);
    }

    public Task<long> CountAsync(string target, long from, long until, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.Number(
        """
        SELECT COUNT(*) FROM punches p JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = @target
        WHERE p.at >= @from AND p.at < @until AND o.state IN ('delivered', 'dead', 'skipped')
        """,
        ("@target", target), ("@from", from), ("@until", until)), cancellationToken);

    public Task<int> ReplayOneAsync(string target, long punchId, CancellationToken cancellationToken = default)
    {
        if (target == OutboxTarget.Platform) throw new ArgumentException("The platform is not replayed to.", nameof(target));
        return database.WriteAsync(session => session.Execute(
            """
            UPDATE outbox SET state = 'pending', attempts = 0, next_attempt_at = NULL, reason_code = NULL, reason = NULL, updated_at = @now, told = NULL,
              tell = CASE WHEN EXISTS (SELECT 1 FROM punch_effects x WHERE x.punch_id = outbox.punch_id AND x.struck IS NOT NULL) THEN tell END
            WHERE target = @target AND punch_id = @id AND state IN ('delivered', 'dead', 'skipped')
            """,
            ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@target", target), ("@id", punchId)), cancellationToken);
    }

    public Task<IReadOnlyList<PersonsDead>> DeadAsync(string target, string reasonCode, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PersonsDead>>(session =>
            [.. session.Query(
                "SELECT person, punch_id FROM outbox WHERE target = @target AND state = 'dead' AND reason_code = @reason ORDER BY at LIMIT @limit",
                row => (Person: row.GetString(0), Id: row.GetInt64(1)), ("@target", target), ("@reason", reasonCode), ("@limit", (long)limit))
                .GroupBy(r => r.Person, StringComparer.Ordinal).Select(g => new PersonsDead(g.Key, [.. g.Select(r => r.Id)]))], cancellationToken);

    public Task<IReadOnlyList<string>> TargetsAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(
        session => session.Query("SELECT name FROM outbox_targets ORDER BY name", row => row.GetString(0)), cancellationToken);
}
