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
    private readonly AesGcm _cipher;

    private PhotoSeal(byte[] key) => _cipher = new(key, TagBytes);

    /// <param name="keyFile">The board's template key.</param>
    /// <exception cref="GalleryException">It cannot be read or made.</exception>
    public static PhotoSeal Open(string keyFile)
    {
        byte[] root = SecretFile.ReadOrCreate(keyFile, () => RandomNumberGenerator.GetBytes(32), "the key of the face templates");
        byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, root, 32, info: "devices.photos.1"u8.ToArray());
        PhotoSeal made = new(key);
        CryptographicOperations.ZeroMemory(root);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    /// <summary>nonce ‖ ciphertext ‖ tag.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain, string name)
    {
        byte[] file = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(file.AsSpan(0, NonceBytes));
        lock (_cipher) _cipher.Encrypt(file.AsSpan(0, NonceBytes), plain, file.AsSpan(NonceBytes, plain.Length), file.AsSpan(NonceBytes + plain.Length), Encoding.ASCII.GetBytes(name));
        return file;
    }

    /// <summary>The picture; null where the file was altered, renamed, or sealed by another key.</summary>
    public byte[]? Unseal(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length <= NonceBytes + TagBytes) return null;
        byte[] plain = new byte[file.Length - NonceBytes - TagBytes];
        try
        {
            lock (_cipher) _cipher.Decrypt(file[..NonceBytes], file.Slice(NonceBytes, plain.Length), file[^TagBytes..], plain, Encoding.ASCII.GetBytes(name));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose() => _cipher.Dispose();
}
