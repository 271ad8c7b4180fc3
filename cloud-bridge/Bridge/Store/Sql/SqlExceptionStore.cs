namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IExceptionStore"/>
public sealed class SqlExceptionStore(SqlDatabase database, TimeProvider time) : IExceptionStore
{
    public Task RaiseAsync(Finding finding, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return database.WriteAsync(session => Findings.Raise(session, Now(), finding), cancellationToken);
    }

    public Task<IReadOnlyList<ExceptionRow>> ExceptionsAsync(SiteScope scope, bool includeResolved, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ExceptionRow>>(session => session.Query(
            $"""
            SELECT id, source, code, terminal, ledger, seq, text, count, first_at, last_at, resolved_at, resolved_by FROM exceptions
            WHERE (@all OR resolved_at IS NULL) AND {Within(scope)} ORDER BY last_at DESC, id DESC LIMIT @limit
            """,
            row => new ExceptionRow(row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GuidOrNull(4), row.LongOrNull(5),
                row.GetString(6), row.GetInt32(7), row.GetInt64(8), row.GetInt64(9), row.LongOrNull(10), row.TextOrNull(11)),
            scope.With(("@all", includeResolved), ("@limit", limit))), cancellationToken);

    public Task<bool> ResolveAsync(SiteScope scope, long id, string by, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            $"UPDATE exceptions SET resolved_at = @now, resolved_by = @by WHERE id = @id AND resolved_at IS NULL AND {Within(scope)}",
            scope.With(("@now", Now()), ("@by", by), ("@id", id))) == 1, cancellationToken);

    public Task<int> ResolveAllAsync(string source, string code, string? terminal, string by, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            """
            UPDATE exceptions SET resolved_at = @now, resolved_by = @by
            WHERE resolved_at IS NULL AND source = @source AND code = @code AND (CAST(@terminal AS TEXT) IS NULL OR terminal = @terminal)
            """,
            ("@now", Now()), ("@by", by), ("@source", source), ("@code", code), ("@terminal", terminal)), cancellationToken);

    private static string Within(SiteScope scope) => scope.Everything ? "TRUE" : $"terminal IS NOT NULL AND {scope.Terminal("terminal")}";

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
