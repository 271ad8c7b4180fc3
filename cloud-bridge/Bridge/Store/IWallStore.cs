namespace Devices.Bridge.Store;

/// <summary>A link that opens a wall board without a log-in.</summary>
/// <param name="Site">Null for every site; empty for the main one.</param>
/// <param name="Names">Whether people's names are shown.</param>
public sealed record WallLink(long Id, string Label, string? Site, bool Names, long CreatedAt, string CreatedBy, long? RevokedAt, string? RevokedBy)
{
    /// <summary>What the board may read.</summary>
    public SiteScope Scope => Site is null ? SiteScope.All : SiteScope.Of(Site);
}

/// <summary>Links of wall boards. Only the SHA-256 of a link's secret is kept.</summary>
public interface IWallStore
{
    /// <param name="hash">SHA-256 of the secret, hex.</param>
    Task AddAsync(string hash, string label, string? site, bool names, string by, CancellationToken cancellationToken = default);

    /// <summary>Those whose site is in the scope (of every site: only for a scope of every site), newest first, revoked ones too.</summary>
    Task<IReadOnlyList<WallLink>> LinksAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>The link of a secret; null where there is none or it was revoked.</summary>
    Task<WallLink?> OpenAsync(string hash, CancellationToken cancellationToken = default);

    /// <summary>False where there is none in the scope, or it was revoked before.</summary>
    Task<bool> RevokeAsync(SiteScope scope, long id, string by, CancellationToken cancellationToken = default);
}
