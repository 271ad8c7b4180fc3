using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Secrets;

namespace Devices.Edge.Agent.Photos;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) over waiting photos, under a key of their own derived (HKDF, RFC 5869) from the board's template key: a
/// fresh 96-bit nonce a file, a 128-bit tag, and the punch's place and the picture's hash as associated data, so that no file passes for another.
/// </summary>
public sealed class PhotoSeal : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly Lock _gate = new();
    private readonly AesGcm? _cipher;

    private PhotoSeal(byte[]? key) => _cipher = key is null ? null : new(key, TagBytes);

    /// <summary>The board's key is out of reach: waiting photos stay as they are, and none is taken.</summary>
    public bool IsLocked => _cipher is null;

    /// <param name="keyFile">The board's template key.</param>
    /// <exception cref="GalleryException">It cannot be read or made.</exception>
    public static PhotoSeal Open(string keyFile)
    {
        using TemplateKey key = TemplateKey.Open(keyFile, null);
        return Open(key);
    }

    public static PhotoSeal Open(TemplateKey root)
    {
        ArgumentNullException.ThrowIfNull(root);
        if (root.IsLocked) return new(null);
        byte[] key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root.Key, key, salt: [], info: "devices.photos.1"u8);
        PhotoSeal made = new(key);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    /// <summary>nonce ‖ ciphertext ‖ tag.</summary>
    /// <exception cref="CryptographicException">The key is locked.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plain, string name)
    {
        if (_cipher is null) throw new CryptographicException("The key of the photos is locked.");
        byte[] file = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(file.AsSpan(0, NonceBytes));
        lock (_gate) _cipher.Encrypt(file.AsSpan(0, NonceBytes), plain, file.AsSpan(NonceBytes, plain.Length), file.AsSpan(NonceBytes + plain.Length), Encoding.ASCII.GetBytes(name));
        return file;
    }

    /// <summary>The picture; null where the file was altered, renamed, or sealed by another key.</summary>
    public byte[]? Unseal(ReadOnlySpan<byte> file, string name)
    {
        if (_cipher is null || file.Length <= NonceBytes + TagBytes) return null;
        byte[] plain = new byte[file.Length - NonceBytes - TagBytes];
        try
        {
            lock (_gate) _cipher.Decrypt(file[..NonceBytes], file.Slice(NonceBytes, plain.Length), file[^TagBytes..], plain, Encoding.ASCII.GetBytes(name));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose() => _cipher?.Dispose();
}
