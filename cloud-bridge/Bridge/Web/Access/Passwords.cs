using System.Security.Cryptography;
using Devices.Bridge.Store;
using Microsoft.AspNetCore.Identity;

namespace Devices.Bridge.Web.Access;

/// <summary>Hashes, rules and one-time passwords. Only hashes reach the store (PBKDF2 of ASP.NET Core Identity).</summary>
public sealed class Passwords(IAccountStore accounts)
{
    /// <summary>Shortest own password.</summary>
    public const int Shortest = 10;

    /// <summary>Longest: beyond this, hashing is a burden and not a protection.</summary>
    public const int Longest = 128;

    // Without the letters and digits that people mix up.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    private static readonly PasswordHasher<string> Hasher = new();

    // Checked when there is no such account, so that both answers take the same time.
    private static readonly string NobodysHash = Hasher.HashPassword("", RandomNumberGenerator.GetHexString(32));

    /// <summary>Makes the account or resets it: a password that works once and must then be changed. Returns it; it is stored nowhere.</summary>
    public async Task<string> GiveOneTimeAsync(string name, CancellationToken cancellationToken)
    {
        string password = string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)));
        await accounts.SetPasswordAsync(name, Hasher.HashPassword(name, password), mustChange: true, cancellationToken);
        return password;
    }

    /// <summary>Sets a person's own password.</summary>
    public Task SetAsync(string name, string password, CancellationToken cancellationToken) =>
        accounts.SetPasswordAsync(name, Hasher.HashPassword(name, password), mustChange: false, cancellationToken);

    /// <summary>Whether the password is the account's; false for no account, after the same work.</summary>
    public static bool Verify(Account? account, string password) =>
        Hasher.VerifyHashedPassword(account?.Name ?? "", account?.PasswordHash ?? NobodysHash, password) != PasswordVerificationResult.Failed && account is not null;

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
