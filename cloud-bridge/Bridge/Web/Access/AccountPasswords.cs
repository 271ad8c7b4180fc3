using System.Security.Cryptography;
using Devices.Bridge.Store;
using Devices.Bridge.Fleet;

namespace Devices.Bridge.Web.Access;

/// <summary>The rules of passwords and where they are set. Only hashes reach the store.</summary>
public sealed class AccountPasswords(IAccountStore accounts)
{
    /// <summary>Shortest own password.</summary>
    public const int Shortest = 10;

    /// <summary>Longest: beyond this, hashing is a burden and not a protection.</summary>
    public const int Longest = 128;

    // Checked when there is no such account, so that both answers take the same time.
    private static readonly string NobodysHash = Passwords.Hash(RandomNumberGenerator.GetHexString(32));

    /// <summary>
    /// Resets an account, or makes the first one: a password that works once and must then be changed. Returns it; it is stored nowhere.
    /// Null where there is no such account.
    /// </summary>
    public async Task<string?> GiveOneTimeAsync(string name, CancellationToken cancellationToken)
    {
        string password = Passwords.NewOneTime();
        bool given = await accounts.SetPasswordAsync(name, Passwords.Hash(password), mustChange: true, cancellationToken)
            || (name == FirstAccount.Name && await accounts.AddAccountAsync(FirstAccount.With(password), cancellationToken));
        return given ? password : null;
    }

    /// <summary>Sets a person's own password; false where there is no such account.</summary>
    public Task<bool> SetAsync(string name, string password, CancellationToken cancellationToken) =>
        accounts.SetPasswordAsync(name, Passwords.Hash(password), mustChange: false, cancellationToken);

    /// <summary>Whether the password is the account's; false for no account, after the same work.</summary>
    public static bool Verify(Account? account, string password) =>
        Passwords.Verify(account?.PasswordHash ?? NobodysHash, password) && account is not null;

    /// <summary>Key of the sentence for why a new password cannot be taken; null where it can.</summary>
    public static string? Check(Account account, string? password, string? again)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (password is null || password.Length < Shortest) return "password.too_short";
        if (password.Length > Longest) return "password.too_long";
        if (password != again) return "password.not_equal";
        if (string.Equals(password, account.Name, StringComparison.OrdinalIgnoreCase) || password.Distinct().Count() < 4) return "password.too_simple";
        return Verify(account, password) ? "password.same" : null;
    }
}
