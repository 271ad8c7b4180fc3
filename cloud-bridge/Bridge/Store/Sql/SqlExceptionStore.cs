using System.Data.Common;

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
            SELECT {Select} FROM exceptions
            WHERE (@all OR resolved_at IS NULL) AND {Within(scope)} ORDER BY last_at DESC, id DESC LIMIT @limit
            """,
            Read, scope.With(("@all", includeResolved), ("@limit", limit))), cancellationToken);

    public Task<IReadOnlyList<ExceptionCount>> OpenAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ExceptionCount>>(session => session.Query(
            $"SELECT source, code, COUNT(*) FROM exceptions WHERE resolved_at IS NULL AND {Within(scope)} GROUP BY source, code ORDER BY source, code",
            row => new ExceptionCount(row.GetString(0), row.GetString(1), row.GetInt64(2)), scope.With()), cancellationToken);

    public Task<IReadOnlyList<ExceptionRow>> OpenAsync(
        SiteScope scope, IReadOnlyCollection<(string Source, string Code)> kinds, (long LastAt, long Id)? before, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        if (kinds.Count == 0) return Task.FromResult<IReadOnlyList<ExceptionRow>>([]);
        string either = string.Join(" OR ", kinds.Select((_, i) => FormattableString.Invariant($"(source = @source{i} AND code = @code{i})")));
        List<(string, object?)> values = [("@lastAt", before?.LastAt ?? long.MaxValue), ("@lastId", before?.Id ?? long.MaxValue), ("@limit", limit)];
        foreach (var (kind, i) in kinds.Select((kind, i) => (kind, i))) values.AddRange([(FormattableString.Invariant($"@source{i}"), kind.Source), (FormattableString.Invariant($"@code{i}"), kind.Code)]);
        return database.ReadAsync<IReadOnlyList<ExceptionRow>>(session => session.Query(
            $"""
            SELECT {Select} FROM exceptions
            WHERE resolved_at IS NULL AND ({either}) AND (last_at, id) < (@lastAt, @lastId) AND {Within(scope)} ORDER BY last_at DESC, id DESC LIMIT @limit
            """, Read, scope.With([.. values])), cancellationToken);
    }

    public Task<IReadOnlyList<ExceptionRow>> ClosedAsync(SiteScope scope, (long ResolvedAt, long Id)? before, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ExceptionRow>>(session => session.Query(
            $"""
            SELECT {Select} FROM exceptions
            WHERE resolved_at IS NOT NULL AND (resolved_at, id) < (@lastAt, @lastId) AND {Within(scope)} ORDER BY resolved_at DESC, id DESC LIMIT @limit
            """, Read, scope.With(("@lastAt", before?.ResolvedAt ?? long.MaxValue), ("@lastId", before?.Id ?? long.MaxValue), ("@limit", limit))), cancellationToken);

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

    private const string Select = "id, source, code, terminal, ledger, seq, text, count, first_at, last_at, resolved_at, resolved_by";

    private static ExceptionRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GuidOrNull(4), row.LongOrNull(5),
        row.GetString(6), row.GetInt32(7), row.GetInt64(8), row.GetInt64(9), row.LongOrNull(10), row.TextOrNull(11));

    private static string Within(SiteScope scope) => scope.Everything ? "TRUE" : $"terminal IS NOT NULL AND {scope.Terminal("terminal")}";

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
