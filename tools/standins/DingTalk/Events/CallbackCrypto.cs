using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Standins.DingTalk.Events;

/// <summary>The platform's side of the encrypted HTTP push (callback-event-message-body-encryption-and-decryption).</summary>
internal sealed class CallbackCrypto(string token, string aesKey, string owner)
{
    private const int Block = 32;

    private readonly byte[] _key = Convert.FromBase64String(aesKey + "=");

    public string Encrypt(string message)
    {
        var text = Encoding.UTF8.GetBytes(message);
        var tail = Encoding.UTF8.GetBytes(owner);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
        byte[] plain = [.. RandomNumberGenerator.GetBytes(16), .. length, .. text, .. tail];
        var pad = Block - (plain.Length % Block);
        using var aes = Aes.Create();
        aes.Key = _key;
        return Convert.ToBase64String(aes.EncryptCbc((byte[])[.. plain, .. Enumerable.Repeat((byte)pad, pad)], _key.AsSpan(0, 16), PaddingMode.None));
    }

    /// <summary>The message inside; throws where it is not for this owner or not decryptable.</summary>
    public string Decrypt(string encrypted)
    {
        using var aes = Aes.Create();
        aes.Key = _key;
        var plain = aes.DecryptCbc(Convert.FromBase64String(encrypted), _key[..16], PaddingMode.None);
        var end = plain.Length - plain[^1];
        var length = BinaryPrimitives.ReadInt32BigEndian(plain.AsSpan(16, 4));
        var tail = Encoding.UTF8.GetString(plain.AsSpan(20 + length, end - 20 - length));
        return tail == owner ? Encoding.UTF8.GetString(plain.AsSpan(20, length)) : throw new CryptographicException($"the answer is for '{tail}'");
    }

#pragma warning disable CA5350 // SHA-1 is what the platform signs with.
    public string Sign(string timestamp, string nonce, string encrypted)
    {
        string[] parts = [token, timestamp, nonce, encrypted];
        Array.Sort(parts, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(parts))));
    }
#pragma warning restore CA5350

    public static string Nonce() => RandomNumberGenerator.GetHexString(8);

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
