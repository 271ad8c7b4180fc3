using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IWallStore"/>
public sealed class SqlWallStore(SqlDatabase database, TimeProvider time) : IWallStore
{
    private const string Select = "id, label, site, names, created_at, created_by, revoked_at, revoked_by";

    public Task AddAsync(string hash, string label, string? site, bool names, string by, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            "INSERT INTO wall_links (hash, label, site, names, created_at, created_by) VALUES (@hash, @label, @site, @names, @now, @by)",
            ("@hash", hash), ("@label", label), ("@site", site), ("@names", names), ("@now", Now()), ("@by", by)), cancellationToken);

    public Task<IReadOnlyList<WallLink>> LinksAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<WallLink>>(session => session.Query(
            $"SELECT {Select} FROM wall_links WHERE {Within(scope)} ORDER BY id DESC LIMIT 500", Read, scope.With()), cancellationToken);

    public Task<WallLink?> OpenAsync(string hash, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"SELECT {Select} FROM wall_links WHERE hash = @hash AND revoked_at IS NULL", Read, ("@hash", hash)), cancellationToken);

    public Task<bool> RevokeAsync(SiteScope scope, long id, string by, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            $"UPDATE wall_links SET revoked_at = @now, revoked_by = @by WHERE id = @id AND revoked_at IS NULL AND {Within(scope)}",
            scope.With(("@now", Now()), ("@by", by), ("@id", id))) == 1, cancellationToken);

    // A link to every site is the organisation's, not a site's.
    private static string Within(SiteScope scope) => scope.Everything ? "TRUE" : $"site IS NOT NULL AND {scope.Site("site")}";

    private static WallLink Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetBoolean(3), row.GetInt64(4), row.GetString(5), row.LongOrNull(6), row.TextOrNull(7));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
