using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Contract.Updates;

/// <summary>The four roles (TUF specification, section 2.1).</summary>
public static class UpdateRoles
{
    public const string Root = "root";
    public const string Targets = "targets";
    public const string Snapshot = "snapshot";
    public const string Timestamp = "timestamp";

    public static IReadOnlyList<string> All { get; } = [Root, Targets, Snapshot, Timestamp];
}

/// <summary>Longest metadata files that are taken: nobody makes a terminal read without end.</summary>
public static class UpdateLimits
{
    public const int Root = 512 * 1024;
    public const int Timestamp = 16 * 1024;
    public const int Snapshot = 256 * 1024;
    public const int Targets = 4 * 1024 * 1024;

    /// <summary>Most root versions that are followed in one go.</summary>
    public const int RootRotations = 256;

    /// <summary>Longest package, bytes.</summary>
    public const long Package = 2L * 1024 * 1024 * 1024;
}

/// <summary>A signed document: what is signed, by whom, and the fields that every role has.</summary>
public sealed class SignedMetadata
{
    private readonly byte[] _canonical;
    private readonly List<(string KeyId, byte[] Signature)> _signatures;

    private SignedMetadata(JsonElement signed, byte[] canonical, List<(string, byte[])> signatures, string role, long version, DateTimeOffset expires) =>
        (Content, _canonical, _signatures, Role, Version, Expires) = (signed, canonical, signatures, role, version, expires);

    /// <summary>The object that is signed.</summary>
    public JsonElement Content { get; }

    public string Role { get; }

    public long Version { get; }

    public DateTimeOffset Expires { get; }

    /// <summary>Who signed, valid or not.</summary>
    public IEnumerable<string> Signers => _signatures.Select(one => one.KeyId);

    /// <exception cref="UpdateRefusedException">It is not a document of that role.</exception>
    public static SignedMetadata Read(ReadOnlySpan<byte> bytes, string role)
    {
        string what = $"The {role} metadata";
        JsonElement json = CanonicalJson.Parse(bytes, what);
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("signed", out JsonElement signed) || signed.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("signatures", out JsonElement signatures) || signatures.ValueKind != JsonValueKind.Array) throw Malformed($"{what} has no signed part or no signatures.");
        if (Text(signed, "_type") != role) throw Malformed($"{what} is of another role.");
        if (Text(signed, "spec_version") is not { } spec || !spec.StartsWith("1.", StringComparison.Ordinal)) throw Malformed($"{what} follows another specification than TUF 1.");
        long version = Whole(signed, "version", what);
        if (version < 1) throw Malformed($"{what} has no version from 1.");
        if (!DateTimeOffset.TryParseExact(Text(signed, "expires"), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset expires)) throw Malformed($"{what} does not say when it expires.");
        List<(string, byte[])> read = [];
        foreach (JsonElement one in signatures.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.Object || Text(one, "keyid") is not { Length: 64 } id || Text(one, "sig") is not { Length: <= 512 } hex) throw Malformed($"{what} has a signature that cannot be read.");
            try
            {
                read.Add((id, Convert.FromHexString(hex)));
            }
            catch (FormatException fault)
            {
                throw new UpdateRefusedException(UpdateRefusal.Malformed, $"{what} has a signature that cannot be read.", fault);
            }
        }

        if (read.Count > 64) throw Malformed($"{what} has more than 64 signatures.");
        return new(signed, CanonicalJson.Encode(signed), read, role, version, expires);
    }

    /// <summary>How many different keys of that role have signed this.</summary>
    public int ValidSignatures(RootMetadata by)
    {
        ArgumentNullException.ThrowIfNull(by);
        return by.Role(Role).Keys.Where(key => _signatures.Any(one => one.KeyId == key.Id && key.Verify(_canonical, one.Signature))).Select(key => key.Identity).Distinct(StringComparer.Ordinal).Count();
    }

    /// <exception cref="UpdateRefusedException">Fewer than the role's threshold have signed.</exception>
    public void Demand(RootMetadata by)
    {
        ArgumentNullException.ThrowIfNull(by);
        int threshold = by.Role(Role).Threshold, valid = ValidSignatures(by);
        if (valid < threshold) throw new UpdateRefusedException(UpdateRefusal.Signature, $"The {Role} metadata version {Version} has {valid} valid signatures of the {threshold} that root version {by.Version} demands.");
    }

    /// <exception cref="UpdateRefusedException">It has expired by then.</exception>
    public void DemandFresh(DateTimeOffset now)
    {
        if (Expires <= now) throw new UpdateRefusedException(UpdateRefusal.Expired, string.Create(CultureInfo.InvariantCulture, $"The {Role} metadata version {Version} expired at {Expires:yyyy-MM-dd HH:mm}Z; what came after it may be held back."));
    }

    internal static UpdateRefusedException Malformed(string sentence) => new(UpdateRefusal.Malformed, sentence);

    internal static string? Text(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static long Whole(JsonElement json, string name, string what) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : throw Malformed($"{what} has no whole number '{name}'.");

    internal static JsonElement Object(JsonElement json, string name, string what) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value : throw Malformed($"{what} has no object '{name}'.");

    /// <summary>A new, unsigned body with the fields that every role has.</summary>
    public static JsonObject Body(string role, long version, DateTimeOffset expires) => new()
    {
        ["_type"] = role, ["spec_version"] = "1.0.33", ["version"] = version, ["expires"] = expires.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}
