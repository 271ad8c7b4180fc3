using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Devices.Contract.Messages;

namespace Devices.Edge.Agent.Site;

/// <summary>
/// AES-256-GCM under the site key, nonce ‖ ciphertext ‖ tag. What the record says in clear is authenticated with it (site, epoch, key, kind,
/// writer, person, pack, version), so that the bridge can neither give it to another person or site nor call it newer than it is.
/// </summary>
public static class SiteSeal
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Fills key and body of a record.</summary>
    public static SiteRecord Seal(SiteKey key, SiteRecord bare, ReadOnlySpan<byte> plain)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(bare);
        byte[] closed = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceBytes));
        using AesGcm cipher = new(key.Key, TagBytes);
        cipher.Encrypt(closed.AsSpan(0, NonceBytes), plain, closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(NonceBytes + plain.Length), Associated(key, bare));
        return bare with { Key = key.Id, Body = Convert.ToBase64String(closed) };
    }

    /// <summary>Null where it is of another key, or was altered.</summary>
    public static byte[]? Open(SiteKey key, SiteRecord record)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(record);
        if (record.Key != key.Id) return null;
        byte[] closed = new byte[record.Body.Length];
        if (!Convert.TryFromBase64String(record.Body, closed, out int length) || length < NonceBytes + TagBytes) return null;
        Array.Resize(ref closed, length);
        byte[] plain = new byte[closed.Length - NonceBytes - TagBytes];
        using AesGcm cipher = new(key.Key, TagBytes);
        try
        {
            cipher.Decrypt(closed.AsSpan(0, NonceBytes), closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(closed.Length - TagBytes), plain, Associated(key, record));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    // No part can hold a zero byte: names, ids and packs take no control characters.
    private static byte[] Associated(SiteKey key, SiteRecord record) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"devices.site.record.1\0{key.Site:D}\0{key.Epoch}\0{key.Id}\0{record.Kind}\0{record.Terminal}\0{record.To}\0{record.Person}\0{record.Pack}\0{record.Version}"));
}
