using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Bridge.Roster.Events;

/// <summary>
/// The encryption of DingTalk's HTTP push (callback-event-message-body-encryption-and-decryption): AES-256-CBC, the first 16 bytes of
/// the key as IV, padding to 32 bytes; 16 random bytes ‖ length (big endian) ‖ message ‖ owner key; SHA-1 over the sorted texts.
/// </summary>
public sealed class CallbackCrypto
{
    private const int Block = 32;
    private const int Head = 20;

    private readonly string _token;
    private readonly byte[] _key;
    private readonly byte[] _owner;

    /// <param name="aesKey">43 letters and digits.</param>
    /// <param name="owner">The app's key or the corpId.</param>
    /// <exception cref="FormatException">The key is none.</exception>
    public CallbackCrypto(string token, string aesKey, string owner)
    {
        _token = token;
        _key = Convert.FromBase64String(aesKey + "=");
        if (_key.Length != 32) throw new FormatException("The AES key must be 43 letters and digits.");
        _owner = Encoding.UTF8.GetBytes(owner);
    }

#pragma warning disable CA5350 // SHA-1 is what the platform signs with; the secret token is inside.
    /// <summary>Lower-case hex.</summary>
    public string Sign(string timestamp, string nonce, string encrypted)
    {
        string[] parts = [_token, timestamp, nonce, encrypted];
        Array.Sort(parts, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(parts))));
    }
#pragma warning restore CA5350

    /// <summary>Whether the signature is right; compared in constant time.</summary>
    public bool Verify(string signature, string timestamp, string nonce, string encrypted)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(timestamp, nonce, encrypted)), Encoding.UTF8.GetBytes(signature));
    }

    /// <summary>A message for the owner, encrypted.</summary>
    public string Encrypt(string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(message);
        int length = Head + text.Length + _owner.Length;
        int pad = Block - (length % Block);
        byte[] plain = new byte[length + pad];
        RandomNumberGenerator.Fill(plain.AsSpan(0, 16));
        BinaryPrimitives.WriteInt32BigEndian(plain.AsSpan(16, 4), text.Length);
        text.CopyTo(plain, Head);
        _owner.CopyTo(plain, Head + text.Length);
        plain.AsSpan(length).Fill((byte)pad);
        using Aes aes = Aes.Create();
        aes.Key = _key;
        return Convert.ToBase64String(aes.EncryptCbc(plain, _key.AsSpan(0, 16), PaddingMode.None));
    }

    /// <summary>The message; null where it is not decryptable, not whole, or for somebody else.</summary>
    public string? Decrypt(string encrypted)
    {
        try
        {
            byte[] cipher = Convert.FromBase64String(encrypted);
            if (cipher.Length == 0 || cipher.Length % 16 != 0) return null;
            using Aes aes = Aes.Create();
            aes.Key = _key;
            byte[] plain = aes.DecryptCbc(cipher, _key.AsSpan(0, 16), PaddingMode.None);
            int pad = plain[^1];
            if (pad is < 1 or > Block || pad > plain.Length || plain.AsSpan(plain.Length - pad).ContainsAnyExcept((byte)pad)) return null;
            ReadOnlySpan<byte> whole = plain.AsSpan(0, plain.Length - pad);
            if (whole.Length < Head) return null;
            int length = BinaryPrimitives.ReadInt32BigEndian(whole[16..Head]);
            if (length < 0 || length > whole.Length - Head || !whole[(Head + length)..].SequenceEqual(_owner)) return null;
            return Encoding.UTF8.GetString(whole.Slice(Head, length));
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
    }
}
