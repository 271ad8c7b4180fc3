using System.Data.Common;
using System.Text.Json;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IApiKeyStore"/>
public sealed class SqlApiKeyStore(SqlDatabase database, TimeProvider time) : IApiKeyStore
{
    private const string Select = "SELECT id, name, head, resources, sites, created_at, created_by, expires_at, revoked_at, revoked_by, last_used_at, last_address FROM api_keys";

    public Task<long> AddAsync(byte[] hash, ApiKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.WriteAsync(session => session.Number(
            """
            INSERT INTO api_keys (name, head, key_hash, resources, sites, created_at, created_by, expires_at)
            VALUES (@name, @head, @hash, @resources, @sites, @now, @by, @expires) RETURNING id
            """,
            ("@name", key.Name), ("@head", key.Head), ("@hash", hash), ("@resources", string.Join(',', key.Resources)),
            // A site's name may hold a comma.
            ("@sites", key.Scope.Everything ? null : JsonSerializer.Serialize(key.Scope.Sites)), ("@now", Now()), ("@by", key.CreatedBy), ("@expires", key.ExpiresAt)), cancellationToken);
    }

    public Task<ApiKey?> FindAsync(byte[] hash, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"{Select} WHERE key_hash = @hash", Read, ("@hash", hash)), cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ApiKey>>(session => session.Query($"{Select} ORDER BY id DESC", Read), cancellationToken);

    public Task<bool> RevokeAsync(long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "UPDATE api_keys SET revoked_at = @now, revoked_by = @by WHERE id = @id AND revoked_at IS NULL", ("@now", Now()), ("@by", by), ("@id", id)) == 1, cancellationToken);

    public Task UsedAsync(long id, string? address, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "UPDATE api_keys SET last_used_at = @now, last_address = @address WHERE id = @id", ("@now", Now()), ("@address", address), ("@id", id)), cancellationToken);

    private static ApiKey Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3).Split(',', StringSplitOptions.RemoveEmptyEntries),
        row.TextOrNull(4) is { } sites ? SiteScope.Of(JsonSerializer.Deserialize<string[]>(sites)!) : SiteScope.All,
        row.GetInt64(5), row.GetString(6), row.LongOrNull(7), row.LongOrNull(8), row.TextOrNull(9), row.LongOrNull(10), row.TextOrNull(11));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
