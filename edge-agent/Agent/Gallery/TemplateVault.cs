using System.Security.Cryptography;
using System.Text;

namespace Devices.Edge.Agent.Gallery;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) over template bytes: a fresh random 96-bit nonce a row, a 128-bit tag, and person and pack as
/// associated data, so that a row copied onto another person or pack does not open. The key lies in a file of mode 0600; a board
/// with a TPM seals it there (a later issue). With random nonces the limit is 2^32 rows a key, far beyond a terminal.
/// </summary>
public sealed class TemplateVault : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly AesGcm _cipher;
    private readonly byte[] _marks;

    private TemplateVault(byte[] key)
    {
        _cipher = new(key, TagBytes);
        _marks = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "devices.card-marks.1"u8.ToArray());
    }

    /// <summary>A card as it can be found again but not read: HMAC-SHA-256 under a key derived from this vault's.</summary>
    public byte[] MarkOf(string card) => HMACSHA256.HashData(_marks, Encoding.ASCII.GetBytes(card));

    /// <summary>Opens the key file, making it where it is missing.</summary>
    /// <exception cref="GalleryException">The file is damaged, cannot be read, or is readable by others.</exception>
    public static TemplateVault Open(string keyFile)
    {
        byte[] key = Secrets.SecretFile.ReadOrCreate(keyFile, () => RandomNumberGenerator.GetBytes(32), "the key of the face templates");
        if (key.Length != 32)
            throw new GalleryException($"The key of the face templates {keyFile} has {key.Length} bytes instead of 32; put the right file back, or move it away and enrol everybody again.");
        TemplateVault vault = new(key);
        CryptographicOperations.ZeroMemory(key);
        return vault;
    }

    /// <summary>nonce ‖ ciphertext ‖ tag.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain, string person, string pack)
    {
        byte[] sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        Span<byte> nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        lock (_cipher)
        {
            _cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), Associated(person, pack));
        }

        return sealedBytes;
    }

    /// <summary>The template's bytes; null where the row was altered, belongs to another person or pack, or was sealed by another key.</summary>
    public byte[]? Unseal(ReadOnlySpan<byte> sealedBytes, string person, string pack)
    {
        if (sealedBytes.Length <= NonceBytes + TagBytes) return null;
        byte[] plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        try
        {
            lock (_cipher)
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

    public void Dispose() => _cipher.Dispose();

    // The zero byte cannot occur in a userid (control characters are refused), so the two parts cannot be shifted into one another.
    private static byte[] Associated(string person, string pack) => Encoding.UTF8.GetBytes($"{person}\0{pack}");
}
