namespace Devices.Bridge.Store;

public sealed record Account(
    string Name, string PasswordHash, bool MustChange, string SecurityStamp, int Failed, long? LockedUntil, bool Disabled);

/// <summary>Accounts for the web pages.</summary>
public interface IAccountStore
{
    Task<Account?> FindAccountAsync(string name, CancellationToken cancellationToken = default);

    Task<bool> AnyAccountAsync(CancellationToken cancellationToken = default);

    /// <summary>Creates the account or sets its password; either way failures are forgotten and older cookies end.</summary>
    Task SetPasswordAsync(string name, string passwordHash, bool mustChange, CancellationToken cancellationToken = default);

    /// <summary>Counts a failed log-in and returns the count. <paramref name="lockedUntil"/>: ms since the Unix epoch, or null.</summary>
    Task<int> CountFailureAsync(string name, Func<int, long?> lockedUntil, CancellationToken cancellationToken = default);

    Task ClearFailuresAsync(string name, CancellationToken cancellationToken = default);
}
