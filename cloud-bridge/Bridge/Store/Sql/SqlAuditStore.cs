namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IAuditStore"/>
public sealed class SqlAuditStore(SqlDatabase database, TimeProvider time) : IAuditStore
{
    public Task AuditAsync(string actor, string action, string? target = null, string? detail = null, string? address = null, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => Write(session, time, actor, action, target, detail, address), cancellationToken);

    public Task<IReadOnlyList<AuditRow>> AuditLogAsync(int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<AuditRow>>(session => session.Query(
            "SELECT id, at, actor, action, target, detail, address FROM audit ORDER BY id DESC LIMIT @limit",
            row => new AuditRow(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6)),
            ("@limit", limit)), cancellationToken);

    /// <summary>A row in the transaction of what it tells of.</summary>
    internal static int Write(SqlSession session, TimeProvider time, string actor, string action, string? target, string? detail, string? address) => session.Execute(
        "INSERT INTO audit (at, actor, action, target, detail, address) VALUES (@at, @actor, @action, @target, @detail, @address)",
        ("@at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@actor", actor), ("@action", action), ("@target", target), ("@detail", detail), ("@address", address));
}
