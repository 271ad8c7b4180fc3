namespace Devices.Bridge.Store;

/// <summary>A program's key. The key itself is nowhere: only its SHA-256.</summary>
/// <param name="Head">Its first letters, to tell keys apart.</param>
/// <param name="Resources">What it may read; see <c>Web/Api/ApiResource</c>.</param>
public sealed record ApiKey(
    long Id, string Name, string Head, IReadOnlyList<string> Resources, SiteScope Scope, long CreatedAt, string CreatedBy, long? ExpiresAt, long? RevokedAt, string? RevokedBy, long? LastUsedAt,
    string? LastAddress);

/// <summary>Keys with which other programs read.</summary>
public interface IApiKeyStore
{
    Task<long> AddAsync(byte[] hash, ApiKey key, CancellationToken cancellationToken = default);

    /// <summary>The key with this SHA-256, revoked and expired ones too; null where there is none.</summary>
    Task<ApiKey?> FindAsync(byte[] hash, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>False where there is no such key, or it is revoked.</summary>
    Task<bool> RevokeAsync(long id, string by, CancellationToken cancellationToken = default);

    Task UsedAsync(long id, string? address, CancellationToken cancellationToken = default);
}
