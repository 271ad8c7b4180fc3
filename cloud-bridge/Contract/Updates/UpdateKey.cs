using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Contract.Updates;

/// <summary>
/// A public key of update metadata: <c>ecdsa</c> with <c>ecdsa-sha2-nistp256</c>, the public part as PEM (SubjectPublicKeyInfo). Its id is the SHA-256 of its
/// canonical JSON (TUF specification, section 4.2), recomputed here, so that one key does not count twice under two ids.
/// </summary>
public sealed class UpdateKey
{
    public const string KeyType = "ecdsa";
    public const string Scheme = "ecdsa-sha2-nistp256";
    private const string NistP256 = "1.2.840.10045.3.1.7";
    private readonly byte[] _info;

    private UpdateKey(string id, string pem, byte[] info) => (Id, Pem, _info) = (id, pem, info);

    /// <summary>64 hex digits.</summary>
    public string Id { get; }

    public string Pem { get; }

    /// <summary>What tells two keys apart, however their PEM is laid out.</summary>
    public string Identity => Convert.ToHexStringLower(SHA256.HashData(_info));

    /// <exception cref="UpdateRefusedException">It is no P-256 key.</exception>
    public static UpdateKey FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        string text = pem.ReplaceLineEndings("\n").Trim() + "\n";
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(text);
            // A curve that is written out has no name.
            if (key.ExportParameters(false).Curve.Oid?.Value != NistP256) throw new UpdateRefusedException(UpdateRefusal.Malformed, "A key for updates is on the curve P-256.");
            byte[] info = key.ExportSubjectPublicKeyInfo();
            string own = PemEncoding.WriteString("PUBLIC KEY", info) + "\n";
            return new(IdOf(own), own, info);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new UpdateRefusedException(UpdateRefusal.Malformed, "A public key for updates is not PEM of an ECDSA P-256 key.", fault);
        }
    }

    /// <summary>A key as metadata holds it; null where its type is not known here (another program's, which then signs nothing for us).</summary>
    /// <exception cref="UpdateRefusedException">Its id is not its own.</exception>
    public static UpdateKey? Read(string id, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("keyval", out JsonElement value) || value.ValueKind != JsonValueKind.Object) throw new UpdateRefusedException(UpdateRefusal.Malformed, "A key in the root metadata has no value.");
        if (Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Encode(json))) != id) throw new UpdateRefusedException(UpdateRefusal.Malformed, "A key in the root metadata stands under an id that is not its own.");
        if (Text(json, "keytype") != KeyType || Text(json, "scheme") != Scheme || Text(value, "public") is not { } pem) return null;
        UpdateKey key = FromPem(pem);
        return new(id, pem, key._info);
    }

    public JsonObject ToJson() => new() { ["keytype"] = KeyType, ["keyval"] = new JsonObject { ["public"] = Pem }, ["scheme"] = Scheme };

    /// <summary>Whether <paramref name="signature"/> (DER) is this key's over <paramref name="data"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(_info, out _);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string IdOf(string pem)
    {
        JsonObject json = new() { ["keytype"] = KeyType, ["keyval"] = new JsonObject { ["public"] = pem }, ["scheme"] = Scheme };
        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Encode(CanonicalJson.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "A key"))));
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
