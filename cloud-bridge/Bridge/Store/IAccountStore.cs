namespace Devices.Bridge.Store;

/// <summary>Who may log in, and what for.</summary>
public sealed record Account(
    string Name, string PasswordHash, bool MustChange, string SecurityStamp, int Failed, long? LockedUntil, bool Disabled)
{
    /// <summary>See <see cref="AccountRoles"/>.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>What it may see.</summary>
    public SiteScope Scope { get; init; } = SiteScope.None;

    /// <summary>Where set, an identity provider's verified address may stand for it; see <c>Web/Access/Oidc</c>.</summary>
    public string? Email { get; init; }

    /// <summary>The sealed key of one-time codes, and since when they are asked for; both null where they are not.</summary>
    public byte[]? TotpKey { get; init; }
    public long? TotpSince { get; init; }

    public long CreatedAt { get; init; }
}

/// <summary>An account to be made. Its password is one that must be changed.</summary>
public sealed record NewAccount(string Name, string PasswordHash, IReadOnlyList<string> Roles, SiteScope Scope, string? Email = null);

/// <summary>What came of a change to an account.</summary>
public enum AccountChange
{
    Done,

    /// <summary>There is no account of that name.</summary>
    Unknown,

    /// <summary>It is the last account that may manage accounts: nobody could undo it.</summary>
    LastAdmin,
}

/// <summary>Accounts for the web pages.</summary>
public interface IAccountStore
{
    Task<Account?> FindAccountAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>By name.</summary>
    Task<IReadOnlyList<Account>> AccountsAsync(CancellationToken cancellationToken = default);

    Task<bool> AnyAccountAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes an account; false where the name is taken.</summary>
    Task<bool> AddAccountAsync(NewAccount account, CancellationToken cancellationToken = default);

    /// <summary>Sets an account's password; failures are forgotten and every session ends. False where there is no such account.</summary>
    Task<bool> SetPasswordAsync(string name, string passwordHash, bool mustChange, CancellationToken cancellationToken = default);

    /// <summary>Gives an account these roles and sites instead of those it has. What its sessions may do changes with their next request.</summary>
    Task<AccountChange> SetRightsAsync(string name, IReadOnlyList<string> roles, SiteScope scope, string? email, CancellationToken cancellationToken = default);

    /// <summary>Disabling ends every session.</summary>
    Task<AccountChange> SetDisabledAsync(string name, bool disabled, CancellationToken cancellationToken = default);

    /// <summary>Counts a failed log-in and returns the count. <paramref name="lockedUntil"/>: ms since the Unix epoch, or null.</summary>
    Task<int> CountFailureAsync(string name, Func<int, long?> lockedUntil, CancellationToken cancellationToken = default);

    Task ClearFailuresAsync(string name, CancellationToken cancellationToken = default);
}
