using System.Security.Cryptography;
using System.Text.Json;

namespace Devices.Contract.Updates;

/// <summary>What metadata above says of a file below: its version, and where given length and SHA-256.</summary>
public sealed record MetaFile(long Version, long? Length, string? Sha256)
{
    internal static MetaFile Read(JsonElement json, string what)
    {
        long version = SignedMetadata.Whole(json, "version", what);
        if (version < 1) throw SignedMetadata.Malformed($"{what} names a version below 1.");
        long? length = json.TryGetProperty("length", out _) ? SignedMetadata.Whole(json, "length", what) : null;
        string? hash = json.TryGetProperty("hashes", out JsonElement hashes) ? SignedMetadata.Text(hashes, "sha256") ?? throw SignedMetadata.Malformed($"{what} gives no SHA-256.") : null;
        return new(version, length, hash);
    }

    /// <exception cref="UpdateRefusedException">The bytes are others.</exception>
    public void Demand(ReadOnlySpan<byte> bytes, string role)
    {
        if (Length is { } length && bytes.Length != length) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"The {role} metadata has {bytes.Length} bytes and should have {length}.");
        if (Sha256 is { } hash && Convert.ToHexStringLower(SHA256.HashData(bytes)) != hash) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"The {role} metadata is not the one that the metadata above it names (SHA-256).");
    }
}

/// <summary><c>timestamp.json</c>: which snapshot is the newest (TUF specification, section 4.6).</summary>
public sealed record TimestampMetadata(SignedMetadata Document, MetaFile Snapshot)
{
    /// <exception cref="UpdateRefusedException">It is not one.</exception>
    public static TimestampMetadata Read(ReadOnlySpan<byte> bytes)
    {
        const string What = "The timestamp metadata";
        SignedMetadata document = SignedMetadata.Read(bytes, UpdateRoles.Timestamp);
        return new(document, MetaFile.Read(SignedMetadata.Object(SignedMetadata.Object(document.Content, "meta", What), "snapshot.json", What), What));
    }
}

/// <summary><c>snapshot.json</c>: which metadata files belong together (TUF specification, section 4.4).</summary>
public sealed record SnapshotMetadata(SignedMetadata Document, IReadOnlyDictionary<string, MetaFile> Meta)
{
    /// <exception cref="UpdateRefusedException">It is not one.</exception>
    public static SnapshotMetadata Read(ReadOnlySpan<byte> bytes)
    {
        const string What = "The snapshot metadata";
        SignedMetadata document = SignedMetadata.Read(bytes, UpdateRoles.Snapshot);
        return new(document, SignedMetadata.Object(document.Content, "meta", What).EnumerateObject().ToDictionary(one => one.Name, one => MetaFile.Read(one.Value, What), StringComparer.Ordinal));
    }
}

/// <summary><c>targets.json</c>: the packages that may be installed (TUF specification, section 4.5). Delegations are not followed.</summary>
public sealed record TargetsMetadata(SignedMetadata Document, IReadOnlyList<UpdateTarget> Targets)
{
    /// <exception cref="UpdateRefusedException">It is not one.</exception>
    public static TargetsMetadata Read(ReadOnlySpan<byte> bytes)
    {
        const string What = "The targets metadata";
        SignedMetadata document = SignedMetadata.Read(bytes, UpdateRoles.Targets);
        return new(document, [.. SignedMetadata.Object(document.Content, "targets", What).EnumerateObject().Select(one => UpdateTarget.Read(one.Name, one.Value)).OfType<UpdateTarget>()]);
    }

    /// <summary>The package of that kind, name and version for that system; null where there is none.</summary>
    public UpdateTarget? Find(string kind, string name, string version, string runtime) =>
        Targets.FirstOrDefault(one => one.Kind == kind && one.Name == name && one.Version == version && (one.Runtime == runtime || one.Runtime == UpdateKinds.AnyRuntime));
}
