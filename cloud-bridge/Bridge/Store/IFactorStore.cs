namespace Devices.Bridge.Store;

/// <summary>Somebody at an identity provider who may come in as an account.</summary>
/// <param name="Provider"><c>dingtalk</c> or <c>oidc</c>.</param>
/// <param name="Issuer">The organisation or the provider's issuer.</param>
/// <param name="Subject">Who, as the provider names them for good: a userid, a <c>sub</c>. Never an address or a name, which change hands.</param>
public sealed record AccountLink(string Provider, string Issuer, string Subject, string Account, long LinkedAt, string LinkedBy);

/// <summary>Second factors and links to identity providers.</summary>
public interface IFactorStore
{
    /// <summary>Asks an account for one-time codes from now on: the sealed key, the step of the code that proved it, and hashes of recovery codes.</summary>
    Task SetTotpAsync(string account, byte[] sealedKey, long timeStep, IReadOnlyList<string> codeHashes, CancellationToken cancellationToken = default);

    /// <summary>Ends it; false where there is no such account.</summary>
    Task<bool> ClearTotpAsync(string account, CancellationToken cancellationToken = default);

    /// <summary>Uses up a time step; false where it, or a later one, was used before.</summary>
    Task<bool> TakeStepAsync(string account, long timeStep, CancellationToken cancellationToken = default);

    /// <summary>Uses up a recovery code; false where there is none of that hash, or it was used.</summary>
    Task<bool> TakeCodeAsync(string account, string hash, CancellationToken cancellationToken = default);

    /// <summary>Puts new recovery codes in the place of all others.</summary>
    Task SetCodesAsync(string account, IReadOnlyList<string> codeHashes, CancellationToken cancellationToken = default);

    /// <summary>Recovery codes that can still be used.</summary>
    Task<int> CodesLeftAsync(string account, CancellationToken cancellationToken = default);

    Task<AccountLink?> FindLinkAsync(string provider, string issuer, string subject, CancellationToken cancellationToken = default);

    /// <summary>Of one account, or all.</summary>
    Task<IReadOnlyList<AccountLink>> LinksAsync(string? account, CancellationToken cancellationToken = default);

    /// <summary>False where that person is linked to an account already.</summary>
    Task<bool> AddLinkAsync(AccountLink link, CancellationToken cancellationToken = default);

    Task<bool> RemoveLinkAsync(string account, string provider, string issuer, string subject, CancellationToken cancellationToken = default);

    /// <summary>The one account that is not disabled and has this address; null for none or several.</summary>
    Task<string?> AccountOfEmailAsync(string email, CancellationToken cancellationToken = default);
}
