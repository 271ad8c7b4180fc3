using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Secrets;

namespace Devices.Edge.Agent.Gallery;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) over template bytes: a fresh random 96-bit nonce a row, a 128-bit tag, and person and pack as
/// associated data, so that a row copied onto another person or pack does not open. The key is sealed in the board's
/// TPM, or lies in a file of mode 0600 (<see cref="TemplateKey"/>); while it is locked nothing opens and nothing is sealed. With random nonces the limit is 2^32 rows a key, far beyond a terminal.
/// </summary>
public sealed class TemplateVault : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly Lock _gate = new();
    private readonly AesGcm? _cipher;
    private readonly byte[] _marks;
    private readonly string? _locked;

    private TemplateVault(TemplateKey key)
    {
        _cipher = key.IsLocked ? null : new(key.Key, TagBytes);
        _marks = key.Marks.ToArray();
        _locked = key.Locked;
    }

    /// <summary>The key is out of reach: templates stay as they are on the disk.</summary>
    public bool IsLocked => _cipher is null;

    /// <summary>A card as it can be found again but not read: HMAC-SHA-256 under a key derived from this vault's.</summary>
    public byte[] MarkOf(string card) => HMACSHA256.HashData(_marks, Encoding.ASCII.GetBytes(card));

    /// <summary>Opens the key file, making it where it is missing.</summary>
    /// <exception cref="GalleryException">The file is damaged, cannot be read, or is readable by others.</exception>
    public static TemplateVault Open(string keyFile)
    {
        using TemplateKey key = TemplateKey.Open(keyFile, null);
        return Open(key);
    }

    public static TemplateVault Open(TemplateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key);
    }

    /// <summary>nonce ‖ ciphertext ‖ tag.</summary>
    /// <exception cref="GalleryException">The key is locked.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plain, string person, string pack)
    {
        if (_cipher is null) throw new GalleryException(_locked!);
        byte[] sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        Span<byte> nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        lock (_gate)
        {
            _cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), Associated(person, pack));
        }

        return sealedBytes;
    }

    /// <summary>The template's bytes; null where the row was altered, belongs to another person or pack, or was sealed by another key.</summary>
    public byte[]? Unseal(ReadOnlySpan<byte> sealedBytes, string person, string pack)
    {
        if (_cipher is null || sealedBytes.Length <= NonceBytes + TagBytes) return null;
        byte[] plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        try
        {
            lock (_gate)
            {
                _cipher.Decrypt(sealedBytes[..NonceBytes], sealedBytes.Slice(NonceBytes, plain.Length), sealedBytes[^TagBytes..], plain, Associated(person, pack));
            }

            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose() => _cipher?.Dispose();

    // The zero byte cannot occur in a userid (control characters are refused), so the two parts cannot be shifted into one another.
    private static byte[] Associated(string person, string pack) => Encoding.UTF8.GetBytes($"{person}\0{pack}");
}
