using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Store;
using Microsoft.AspNetCore.DataProtection;
using OtpNet;
using QRCoder;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// One-time codes by time (RFC 6238: SHA-1, 6 digits, 30 s, which every authenticator app knows). A code is taken once, one step early or
/// late; keys lie in the store sealed by the bridge's own keys, which are not in the database. Recovery codes lie there as hashes.
/// </summary>
public sealed class SecondFactor(IFactorStore store, IDataProtectionProvider protection, TimeProvider clock)
{
    private const int StepSeconds = 30;
    private const int KeyBytes = 20;
    private const int RecoveryCodes = 10;

    // No look-alikes: these are written down by hand.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    // An open page of the set-up is worth a quarter of an hour.
    private static readonly TimeSpan SetUp = TimeSpan.FromMinutes(15);

    private readonly IDataProtector _atRest = protection.CreateProtector("devices.totp.key");
    private readonly ITimeLimitedDataProtector _onPage = protection.CreateProtector("devices.totp.setup").ToTimeLimitedDataProtector();

    /// <summary>A new key as the set-up page carries it: sealed, for this account, for a while.</summary>
    public string NewSetUp(string account) => Sealed(account, RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The key in the page, in Base32 as apps take it; null where the page is too old or another account's.</summary>
    public string? KeyText(string account, string? setUp) => Opened(account, setUp) is { } key ? Base32Encoding.ToString(key) : null;

    /// <summary>What an app reads (the otpauth address, Key Uri Format).</summary>
    public string? Address(string account, string? setUp, string issuer) => KeyText(account, setUp) is not { } key ? null
        : $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={key.TrimEnd('=')}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits=6&period={StepSeconds}";

    /// <summary>The path of a QR code's dark squares (SVG), and how many squares wide it is, its quiet zone included.</summary>
    public static (string Path, int Size) Squares(string text)
    {
        using QRCodeGenerator generator = new();
        using QRCodeData data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        StringBuilder path = new();
        for (int y = 0; y < data.ModuleMatrix.Count; y++)
            for (int x = 0; x < data.ModuleMatrix.Count; x++)
                if (data.ModuleMatrix[y][x]) path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
        return (path.ToString(), data.ModuleMatrix.Count);
    }

    /// <summary>Ends the set-up with a code that the app shows: from now on codes are asked for. The recovery codes, to be shown once; null where the code is not the key's.</summary>
    public async Task<IReadOnlyList<string>?> BeginAsync(string account, string? setUp, string? code, CancellationToken cancellationToken)
    {
        if (Opened(account, setUp) is not { } key || StepOf(key, code) is not { } step) return null;
        string[] codes = NewCodes();
        await store.SetTotpAsync(account, _atRest.Protect(key), step, [.. codes.Select(c => Hash(account, c))], cancellationToken);
        return codes;
    }

    /// <summary>New recovery codes for the old ones.</summary>
    public async Task<IReadOnlyList<string>> RenewCodesAsync(string account, CancellationToken cancellationToken)
    {
        string[] codes = NewCodes();
        await store.SetCodesAsync(account, [.. codes.Select(c => Hash(account, c))], cancellationToken);
        return codes;
    }

    /// <summary>Takes a code: <c>totp</c>, <c>recovery</c>, or null where it is neither or was used before.</summary>
    public async Task<string?> TakeAsync(Account account, string? code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (account.TotpKey is null || string.IsNullOrWhiteSpace(code) || code.Length > 64) return null;
        try
        {
            if (StepOf(_atRest.Unprotect(account.TotpKey), code) is { } step) return await store.TakeStepAsync(account.Name, step, cancellationToken) ? "totp" : null;
        }
        catch (CryptographicException)
        {
            // The directory's keys are gone (another machine, a store alone restored): recovery codes and a reset are left.
        }

        return await store.TakeCodeAsync(account.Name, Hash(account.Name, code), cancellationToken) ? "recovery" : null;
    }

    private long? StepOf(byte[] key, string? code)
    {
        string digits = string.Concat((code ?? "").Where(c => !char.IsWhiteSpace(c)));
        return digits.Length == 6 && digits.All(char.IsAsciiDigit)
            && new Totp(key, StepSeconds, OtpHashMode.Sha1, 6).VerifyTotp(clock.GetUtcNow().UtcDateTime, digits, out long step, new VerificationWindow(previous: 1, future: 1)) ? step : null;
    }

    private string Sealed(string account, byte[] key) => _onPage.Protect($"{account}\n{Convert.ToBase64String(key)}", SetUp);

    private byte[]? Opened(string account, string? setUp)
    {
        if (string.IsNullOrEmpty(setUp) || setUp.Length > 1000) return null;
        try
        {
            string[] parts = _onPage.Unprotect(setUp).Split('\n');
            return parts is [var of, var key] && of == account ? Convert.FromBase64String(key) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string[] NewCodes() => [.. Enumerable.Range(0, RecoveryCodes).Select(_ => $"{RandomNumberGenerator.GetString(Alphabet, 5)}-{RandomNumberGenerator.GetString(Alphabet, 5)}")];

    // 10 characters of 31 are 49 random bits, and few may be tried: no slow hash is needed.
    private static string Hash(string account, string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{account}\n{string.Concat(code.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant))}")));
}
