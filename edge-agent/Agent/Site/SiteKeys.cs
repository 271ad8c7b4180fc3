using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Secrets;

namespace Devices.Edge.Agent.Site;

/// <summary>The site key in force.</summary>
/// <param name="Site">The site's own id, made with its first key; no name that somebody else chose.</param>
/// <param name="Epoch">Counts up with each new key.</param>
/// <param name="Id">Random, 32 hex digits.</param>
/// <param name="Key">32 bytes.</param>
public sealed record SiteKey(Guid Site, long Epoch, string Id, byte[] Key)
{
    /// <summary>A first key, or the next one of the same site.</summary>
    public static SiteKey Make(SiteKey? before) =>
        new(before?.Site ?? Guid.NewGuid(), (before?.Epoch ?? 0) + 1, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), RandomNumberGenerator.GetBytes(32));

    /// <summary>Of two keys that two terminals made at the same time one holds, the same for everybody.</summary>
    public bool IsNewerThan(SiteKey? other) => other is null || Epoch > other.Epoch || (Epoch == other.Epoch && string.CompareOrdinal(Id, other.Id) > 0);
}

/// <summary>
/// <c>site.keys</c> (mode 0600, written whole or not at all): this terminal's exchange key, made here and never leaving, and the site key in
/// force where it has one. Only the newest key is kept: whoever makes one seals everything anew with it.
/// </summary>
public sealed class SiteKeys : IDisposable
{
    private readonly string _path;
    private ECDiffieHellman _exchange;

    private SiteKeys(string path, ECDiffieHellman exchange, SiteKey? current) => (_path, _exchange, Current) = (path, exchange, current);

    public ECDiffieHellman Exchange => _exchange;

    public byte[] Public => Hpke.PublicOf(_exchange);

    public SiteKey? Current { get; private set; }

    /// <exception cref="GalleryException">The file is damaged or cannot be read.</exception>
    public static SiteKeys Open(string path)
    {
        byte[] json = SecretFile.ReadOrCreate(path, () =>
        {
            using ECDiffieHellman fresh = Hpke.NewKey();
            return Write(fresh, null);
        }, "the keys of the site");
        try
        {
            Stored stored = JsonSerializer.Deserialize(json, SiteKeysJson.Default.Stored) ?? throw new JsonException();
            ECDiffieHellman exchange = ECDiffieHellman.Create();
            exchange.ImportPkcs8PrivateKey(stored.Exchange, out _);
            SiteKey? current = stored.Key is { Length: 32 } && stored.Id is { Length: 32 } ? new(stored.Site, stored.Epoch, stored.Id, stored.Key) : null;
            return new(path, exchange, current);
        }
        catch (Exception fault) when (fault is JsonException or CryptographicException or NotSupportedException or ArgumentNullException)
        {
            throw new GalleryException($"The file {path} with the keys of the site is damaged: put the right one back, or move it away; the terminal then has to be approved again.", fault);
        }
    }

    public void Set(SiteKey? key)
    {
        SecretFile.Replace(_path, Write(_exchange, key));
        Current = key;
    }

    /// <summary>Forgets the site and makes another exchange key.</summary>
    public void Renew()
    {
        ECDiffieHellman fresh = Hpke.NewKey();
        SecretFile.Replace(_path, Write(fresh, null));
        _exchange.Dispose();
        (_exchange, Current) = (fresh, null);
    }

    public void Dispose() => _exchange.Dispose();

    private static byte[] Write(ECDiffieHellman exchange, SiteKey? key) => JsonSerializer.SerializeToUtf8Bytes(
        new Stored(exchange.ExportPkcs8PrivateKey(), key?.Site ?? Guid.Empty, key?.Epoch ?? 0, key?.Id, key?.Key), SiteKeysJson.Default.Stored);

    internal sealed record Stored(byte[] Exchange, Guid Site, long Epoch, string? Id, byte[]? Key);
}

[JsonSerializable(typeof(SiteKeys.Stored))]
internal sealed partial class SiteKeysJson : JsonSerializerContext;

/// <summary>What people compare: 100 bits of SHA-256 over a terminal's name and exchange key, as four groups of five (Crockford's base 32).</summary>
public static class SiteCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Letters = 20;

    public static string Of(string terminal, ReadOnlySpan<byte> exchange)
    {
        byte[] hash = SHA256.HashData([.. Encoding.ASCII.GetBytes($"devices.site.code.1\0{terminal}\0"), .. exchange]);
        StringBuilder code = new(Letters + 3);
        for (int i = 0; i < Letters; i++)
        {
            if (i > 0 && i % 5 == 0) code.Append('-');
            int bit = i * 5, value = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
            code.Append(Alphabet[(value >> (11 - (bit % 8))) & 31]);
        }

        return code.ToString();
    }

    /// <summary>Whether somebody typed that code; blanks, dashes, case, and O for 0, I and L for 1 do not matter.</summary>
    public static bool IsSame(string code, string typed)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(typed);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Plain(code)), Encoding.UTF8.GetBytes(Plain(typed)));
    }

    private static string Plain(string text) => new([.. text.ToUpper(CultureInfo.InvariantCulture).Where(c => c is not ('-' or ' ')).Select(c => c switch { 'O' => '0', 'I' or 'L' => '1', _ => c })]);
}
