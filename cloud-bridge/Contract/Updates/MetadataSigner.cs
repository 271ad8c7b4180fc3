using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Contract.Updates;

/// <summary>Makes and signs metadata: at the release engineer's, and for the timestamp at the bridge.</summary>
public static class MetadataSigner
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A document of that body without signatures.</summary>
    public static byte[] Draft(JsonObject body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Bytes(new() { ["signatures"] = new JsonArray(), ["signed"] = body.DeepClone() });
    }

    /// <summary>The document with that key's signature added, or its earlier one replaced.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> document, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        JsonElement signed = CanonicalJson.Parse(document, "The metadata").GetProperty("signed");
        string id = UpdateKey.FromPem(key.ExportSubjectPublicKeyInfoPem()).Id;
        string signature = Convert.ToHexStringLower(key.SignData(CanonicalJson.Encode(signed), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        JsonObject json = JsonNode.Parse(document)!.AsObject();
        JsonArray signatures = json["signatures"]!.AsArray();
        foreach (JsonNode? old in signatures.Where(one => one?["keyid"]?.GetValue<string>() == id).ToList()) signatures.Remove(old);
        signatures.Add(new JsonObject { ["keyid"] = id, ["sig"] = signature });
        return Bytes(json);
    }

    public static JsonObject Root(long version, DateTimeOffset expires, IReadOnlyDictionary<string, RoleKeys> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        JsonObject keys = [], named = [];
        foreach (UpdateKey key in roles.Values.SelectMany(role => role.Keys).DistinctBy(key => key.Id).OrderBy(key => key.Id, StringComparer.Ordinal)) keys[key.Id] = key.ToJson();
        foreach (string role in UpdateRoles.All)
            named[role] = new JsonObject { ["keyids"] = new JsonArray([.. roles[role].Keys.Select(key => (JsonNode)key.Id)]), ["threshold"] = roles[role].Threshold };
        JsonObject body = SignedMetadata.Body(UpdateRoles.Root, version, expires);
        body["consistent_snapshot"] = true;
        body["keys"] = keys;
        body["roles"] = named;
        return body;
    }

    public static JsonObject Targets(long version, DateTimeOffset expires, IEnumerable<UpdateTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        JsonObject body = SignedMetadata.Body(UpdateRoles.Targets, version, expires), all = [];
        foreach (UpdateTarget one in targets.OrderBy(t => t.Path, StringComparer.Ordinal)) all[one.Path] = one.ToJson();
        body["targets"] = all;
        return body;
    }

    public static JsonObject Snapshot(long version, DateTimeOffset expires, long targetsVersion, ReadOnlySpan<byte> targets)
    {
        JsonObject body = SignedMetadata.Body(UpdateRoles.Snapshot, version, expires);
        body["meta"] = new JsonObject { ["targets.json"] = Meta(targetsVersion, targets) };
        return body;
    }

    public static JsonObject Timestamp(long version, DateTimeOffset expires, long snapshotVersion, ReadOnlySpan<byte> snapshot)
    {
        JsonObject body = SignedMetadata.Body(UpdateRoles.Timestamp, version, expires);
        body["meta"] = new JsonObject { ["snapshot.json"] = Meta(snapshotVersion, snapshot) };
        return body;
    }

    private static JsonObject Meta(long version, ReadOnlySpan<byte> bytes) =>
        new() { ["version"] = version, ["length"] = bytes.Length, ["hashes"] = new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)) } };

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Readable) + "\n");
}
