using System.Text.Json;

namespace Devices.Contract.Updates;

/// <summary>Who may sign for a role, and how many of them must.</summary>
public sealed record RoleKeys(IReadOnlyList<UpdateKey> Keys, int Threshold);

/// <summary><c>root.json</c>: the keys of every role, and of the next root (TUF specification, section 4.3).</summary>
public sealed class RootMetadata
{
    private readonly Dictionary<string, RoleKeys> _roles;

    private RootMetadata(SignedMetadata document, Dictionary<string, RoleKeys> roles) => (Document, _roles) = (document, roles);

    public SignedMetadata Document { get; }

    public long Version => Document.Version;

    public RoleKeys Role(string role) => _roles[role];

    /// <exception cref="UpdateRefusedException">It is not a root.</exception>
    public static RootMetadata Read(ReadOnlySpan<byte> bytes)
    {
        const string What = "The root metadata";
        SignedMetadata document = SignedMetadata.Read(bytes, UpdateRoles.Root);
        if (!document.Content.TryGetProperty("consistent_snapshot", out JsonElement consistent) || consistent.ValueKind != JsonValueKind.True) throw SignedMetadata.Malformed($"{What} is not for consistent snapshots.");
        Dictionary<string, UpdateKey?> keys = new(StringComparer.Ordinal);
        foreach (JsonProperty one in SignedMetadata.Object(document.Content, "keys", What).EnumerateObject()) keys[one.Name] = UpdateKey.Read(one.Name, one.Value);
        JsonElement roles = SignedMetadata.Object(document.Content, "roles", What);
        Dictionary<string, RoleKeys> read = new(StringComparer.Ordinal);
        foreach (string role in UpdateRoles.All)
        {
            JsonElement json = SignedMetadata.Object(roles, role, What);
            long threshold = SignedMetadata.Whole(json, "threshold", What);
            if (!json.TryGetProperty("keyids", out JsonElement ids) || ids.ValueKind != JsonValueKind.Array) throw SignedMetadata.Malformed($"{What} names no keys for {role}.");
            string[] named = [.. ids.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.String ? id.GetString()! : "")];
            if (named.Distinct(StringComparer.Ordinal).Count() != named.Length || named.Any(id => !keys.ContainsKey(id))) throw SignedMetadata.Malformed($"{What} names a key for {role} twice, or one that it does not hold.");
            if (threshold < 1 || threshold > 64) throw SignedMetadata.Malformed($"{What} has a threshold for {role} that is not from 1 to 64.");
            read[role] = new([.. named.Select(id => keys[id]).OfType<UpdateKey>()], (int)threshold);
        }

        return new(document, read);
    }
}
