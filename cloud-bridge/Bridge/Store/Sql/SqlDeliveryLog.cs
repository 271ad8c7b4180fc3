namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IDeliveryLog"/>
public sealed class SqlDeliveryLog(SqlDatabase database, TimeProvider time) : IDeliveryLog
{
    private const long KeptMs = 30L * 86_400_000;
    private const long Most = 200_000;

    // Old rows go with every so many new ones: no job of its own.
    private const int Sweep = 64;

    public Task AddAsync(DeliveryCall made, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(made);
        return database.WriteAsync(session =>
        {
            long id = session.Number(
                """
                INSERT INTO delivery_log (target, punch_id, message, at, took_ms, taken, code, reason, excerpt)
                VALUES (@target, @punch, @message, @at, @took, @taken, @code, @reason, @excerpt) RETURNING id
                """,
                ("@target", made.Target), ("@punch", made.PunchId), ("@message", made.Message), ("@at", made.At), ("@took", made.TookMs), ("@taken", made.Taken),
                ("@code", made.Code), ("@reason", made.Reason), ("@excerpt", made.Excerpt));
            if (id % Sweep == 0)
                session.Execute("DELETE FROM delivery_log WHERE target = @target AND (at < @old OR id <= @low)",
                    ("@target", made.Target), ("@old", time.GetUtcNow().ToUnixTimeMilliseconds() - KeptMs), ("@low", id - Most));
        }, cancellationToken);
    }

    public Task<IReadOnlyList<DeliveryCall>> ListAsync(string target, long? before, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<DeliveryCall>>(session => session.Query(
            "SELECT id, target, punch_id, message, at, took_ms, taken, code, reason, excerpt FROM delivery_log WHERE target = @target AND id < @before ORDER BY id DESC LIMIT @limit",
            row => new DeliveryCall(row.GetInt64(0), row.GetString(1), row.LongOrNull(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetBoolean(6), row.TextOrNull(7),
                row.TextOrNull(8), row.TextOrNull(9)),
            ("@target", target), ("@before", before ?? long.MaxValue), ("@limit", (long)limit)), cancellationToken);

    public Task<long?> LastTakenAsync(string target, CancellationToken cancellationToken = default) => database.ReadAsync<long?>(
        session => session.Number("SELECT MAX(at) FROM delivery_log WHERE target = @target AND taken", ("@target", target)) is > 0 and long at ? at : null, cancellationToken);
}
