using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning.Bundles;

/// <summary>
/// Seals and opens bundles: AES-256-GCM under a key from a passphrase (PBKDF2-HMAC-SHA-256, 600,000 rounds, RFC 8018; OWASP's figure of 2023). The
/// readable head is authenticated. One seal holds for a whole batch: the salt is drawn once, the nonce for every bundle.
/// </summary>
internal sealed class BundleSeal : IDisposable
{
    public const int LeastPassphrase = 12;

    private const int Rounds = 600_000, MostRounds = 10_000_000, Version = 1, TagBytes = 16, NonceBytes = 12, SaltBytes = 16, MostBytes = 256 * 1024;
    private const string Kdf = "pbkdf2-hmac-sha256";

    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(SaltBytes);
    private readonly AesGcm _aes;

    /// <exception cref="CliException">The passphrase is too short.</exception>
    public BundleSeal(string passphrase)
    {
        if (passphrase.Length < LeastPassphrase) throw new CliException(ExitCodes.Usage, $"The passphrase has {passphrase.Length} characters; {LeastPassphrase} are the least.", "Take four words or more. It goes to the technician by another way than the bundle.");
        _aes = new AesGcm(Key(passphrase, _salt, Rounds), TagBytes);
    }

    public byte[] Seal(BundleContent content, string? serial, DateTimeOffset madeAt, DateTimeOffset expiresAt)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        BundleEnvelope head = new() { DevicesBundle = Version, Terminal = content.Answers.Terminal!, Serial = serial, MadeAt = Whole(madeAt), ExpiresAt = Whole(expiresAt), Kdf = Kdf, Rounds = Rounds, Salt = _salt, Nonce = nonce };
        byte[] plain = JsonSerializer.SerializeToUtf8Bytes(content, BundleJson.Default.BundleContent), data = new byte[plain.Length + TagBytes];
        _aes.Encrypt(nonce, plain, data.AsSpan(0, plain.Length), data.AsSpan(plain.Length), Head(head));
        CryptographicOperations.ZeroMemory(plain);
        return JsonSerializer.SerializeToUtf8Bytes(head with { Data = data }, BundleJson.Default.BundleEnvelope);
    }

    /// <summary>The readable part, judged as far as it can be without the passphrase.</summary>
    /// <exception cref="CliException"><see cref="ExitCodes.BundleRefused"/>.</exception>
    public static BundleEnvelope Read(byte[] file)
    {
        try
        {
            if (file.Length > MostBytes) throw new JsonException("it is larger than any bundle");
            BundleEnvelope head = JsonSerializer.Deserialize(file, BundleJson.Default.BundleEnvelope) ?? throw new JsonException("it is empty");
            if (head.DevicesBundle != Version) throw new CliException(ExitCodes.BundleRefused, $"The bundle is of version {head.DevicesBundle}; this tool reads {Version}.", "Use tools of the same version at the office and here.");
            if (head.Terminal is null || head.Salt is null || head.Nonce is null || head.Data is null) throw new JsonException("a part of it is missing");
            if (head.Kdf != Kdf || head.Rounds is < 100_000 or > MostRounds || head.Salt.Length != SaltBytes || head.Nonce.Length != NonceBytes || head.Data.Length < TagBytes) throw new JsonException("its seal has another form");
            return head;
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.BundleRefused, $"The file is not a bundle, or it is damaged: {e.Message.TrimEnd('.')}.", "Copy it again.", e);
        }
    }

    /// <exception cref="CliException"><see cref="ExitCodes.BundleRefused"/>: another passphrase, or somebody altered it.</exception>
    public static BundleContent Open(BundleEnvelope head, string passphrase)
    {
        byte[] plain = new byte[head.Data.Length - TagBytes];
        try
        {
            using var aes = new AesGcm(Key(passphrase, head.Salt, head.Rounds), TagBytes);
            aes.Decrypt(head.Nonce, head.Data.AsSpan(0, plain.Length), head.Data.AsSpan(plain.Length), plain, Head(head));
            return JsonSerializer.Deserialize(plain, BundleJson.Default.BundleContent) is { Answers.Terminal: not null } content && content.Answers.Terminal == head.Terminal ? content
                : throw new CliException(ExitCodes.BundleRefused, "The bundle's inside does not fit its outside.");
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            throw new CliException(ExitCodes.BundleRefused, "The passphrase does not open this bundle, or the bundle was altered.", "Check the passphrase; copy the bundle again.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public void Dispose() => _aes.Dispose();

    // The same passphrase may be typed as letters with accents or as letters and accents: without ICU the one cannot be made of the other, and it would not open.
    private static byte[] Key(string passphrase, byte[] salt, int rounds) => !SystemLibraries.HasIcu && !Ascii.IsValid(passphrase)
        ? throw new CliException(ExitCodes.LibraryMissing, "A passphrase with letters outside of ASCII needs ICU, which is not installed on this system; its package is `libicu72` on Debian 12, `libicu76` on Debian 13.")
        : Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase.Normalize(NormalizationForm.FormC)), salt, rounds, HashAlgorithmName.SHA256, 32);

    // Whole seconds: what is authenticated must read back the same.
    private static DateTimeOffset Whole(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private static byte[] Head(BundleEnvelope head) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"devices-bundle/{head.DevicesBundle}\n{head.Terminal}\n{head.Serial}\n{head.MadeAt.ToUnixTimeSeconds()}\n{head.ExpiresAt.ToUnixTimeSeconds()}\n{head.Kdf}\n{head.Rounds}\n{Convert.ToHexString(head.Salt)}\n"));
}
