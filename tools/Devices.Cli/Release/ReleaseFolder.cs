using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Contract.Updates;

namespace Devices.Cli.Release;

/// <summary>
/// A release repository on the engineer's disk, laid out as TUF names its files: <c>metadata/N.root.json</c>, <c>metadata/N.targets.json</c>, <c>metadata/N.snapshot.json</c>,
/// <c>targets/DIR/HASH.FILE</c>; and <c>draft/ROLE.json</c> for what waits for signatures. The timestamp is the bridge's. Everything is checked when it is opened.
/// </summary>
internal sealed class ReleaseFolder
{
    private readonly string _metadata, _draft;

    private ReleaseFolder(string path) => (Location, _metadata, _draft, TargetsFolder) = (path, Path.Combine(path, "metadata"), Path.Combine(path, "draft"), Path.Combine(path, "targets"));

    public string Location { get; }

    public string TargetsFolder { get; }

    /// <summary>The newest root that is signed by enough; null only while the first waits.</summary>
    public RootMetadata? Root { get; private set; }

    public TargetsMetadata? Targets { get; private set; }

    public SnapshotMetadata? Snapshot { get; private set; }

    public static ReleaseFolder Create(string path)
    {
        if (Directory.Exists(Path.Combine(path, "metadata"))) throw new CliException(ExitCodes.ReleaseExists, $"{path} holds a release repository already.");
        ReleaseFolder folder = new(path);
        foreach (string one in (string[])[folder._metadata, folder._draft, folder.TargetsFolder]) Directory.CreateDirectory(one);
        return folder;
    }

    public static ReleaseFolder Open(string path)
    {
        ReleaseFolder folder = new(path);
        if (!Directory.Exists(folder._metadata)) throw new CliException(ExitCodes.ReleaseMissing, $"{path} holds no release repository.");
        Directory.CreateDirectory(folder._draft);
        Directory.CreateDirectory(folder.TargetsFolder);
        try
        {
            folder.Read();
        }
        catch (UpdateRefusedException fault)
        {
            throw new CliException(ExitCodes.ReleaseDamaged, $"The release repository in {path} is not sound: {fault.Message}", inner: fault);
        }

        return folder;
    }

    /// <summary>The draft of a role; null where none waits.</summary>
    public byte[]? Draft(string role) => File.Exists(DraftFile(role)) ? File.ReadAllBytes(DraftFile(role)) : null;

    public void Keep(string role, byte[] document) => Files.WriteAtomically(DraftFile(role), document, Files.Public);

    public void Drop(string role) => File.Delete(DraftFile(role));

    /// <summary>The root that judges drafts other than roots.</summary>
    public RootMetadata Judge => Root ?? throw new CliException(ExitCodes.ReleaseIncomplete, "The first root is not signed by enough yet.", "Sign it first: `devices release sign DIR --key FILE`.");

    /// <summary>Highest counter that was ever given for a kind and name, and the one of this version.</summary>
    public (long Highest, long? OfVersion) Counters(string kind, string name, string version)
    {
        IEnumerable<UpdateTarget> all = Numbered("targets").Select(one => TargetsMetadata.Read(File.ReadAllBytes(one.File))).SelectMany(one => one.Targets)
            .Concat(DraftTargets()).Where(one => one.Kind == kind && one.Name == name);
        UpdateTarget[] found = [.. all];
        return (found.Select(one => one.Counter).DefaultIfEmpty(0).Max(), found.LastOrDefault(one => one.Version == version)?.Counter);
    }

    /// <summary>What will be published next: the draft's packages, else the published ones.</summary>
    public IReadOnlyList<UpdateTarget> DraftTargets() => Draft(UpdateRoles.Targets) is { } draft ? TargetsMetadata.Read(draft).Targets : Targets?.Targets ?? [];

    public void KeepTargets(IEnumerable<UpdateTarget> targets, DateTimeOffset expires) =>
        Keep(UpdateRoles.Targets, MetadataSigner.Draft(MetadataSigner.Targets((Targets?.Document.Version ?? 0) + 1, expires, targets)));

    /// <summary>File of a package.</summary>
    public string PackageFile(UpdateTarget target)
    {
        int slash = target.Path.LastIndexOf('/');
        return Path.Combine(TargetsFolder, target.Path[..(slash + 1)], $"{target.Sha256}.{target.Path[(slash + 1)..]}");
    }

    /// <summary>Signs the drafts for which this key counts; gives their roles.</summary>
    public IReadOnlyList<string> Sign(ECDsa key)
    {
        string id = UpdateKey.FromPem(key.ExportSubjectPublicKeyInfoPem()).Id;
        List<string> signed = [];
        foreach (string role in UpdateRoles.All)
        {
            if (Draft(role) is not { } draft) continue;
            IEnumerable<RootMetadata> judges = role == UpdateRoles.Root ? new[] { Root, RootMetadata.Read(draft) }.OfType<RootMetadata>() : [Judge];
            if (!judges.Any(judge => judge.Role(role).Keys.Any(one => one.Id == id))) continue;
            // Signing anew would give other bytes, which a snapshot that names them would not fit any more.
            if (!SignedMetadata.Read(draft, role).Signers.Contains(id)) Keep(role, MetadataSigner.Sign(draft, key));
            signed.Add(role);
        }

        return signed;
    }

    /// <summary>Drafts the snapshot that names the draft of the targets, once all have signed that.</summary>
    public void DraftSnapshot()
    {
        if (Root is null || Draft(UpdateRoles.Targets) is not { } targets || Lacking(UpdateRoles.Targets, targets) > 0) return;
        SignedMetadata document = SignedMetadata.Read(targets, UpdateRoles.Targets);
        byte[] next = MetadataSigner.Draft(MetadataSigner.Snapshot((Snapshot?.Document.Version ?? 0) + 1, document.Expires, document.Version, targets));
        if (Draft(UpdateRoles.Snapshot) is { } draft && CanonicalJson.Encode(SignedMetadata.Read(draft, UpdateRoles.Snapshot).Content).AsSpan().SequenceEqual(CanonicalJson.Encode(SignedMetadata.Read(next, UpdateRoles.Snapshot).Content))) return;
        Keep(UpdateRoles.Snapshot, next);
    }

    /// <summary>Puts drafts in force that are signed by enough; those that are not stay. The snapshot follows its targets.</summary>
    public void Settle()
    {
        if (Draft(UpdateRoles.Root) is { } root && Lacking(UpdateRoles.Root, root) == 0)
        {
            Files.WriteAtomically(Path.Combine(_metadata, $"{RootMetadata.Read(root).Version.ToString(CultureInfo.InvariantCulture)}.root.json"), root, Files.Public);
            Drop(UpdateRoles.Root);
        }

        // Targets and snapshot come into force together: a published snapshot never names targets that are not there.
        if (Draft(UpdateRoles.Snapshot) is { } snapshot && Draft(UpdateRoles.Targets) is { } targets && Root is not null && Lacking(UpdateRoles.Targets, targets) == 0 && Lacking(UpdateRoles.Snapshot, snapshot) == 0)
        {
            MetaFile named = SnapshotMetadata.Read(snapshot).Meta["targets.json"];
            named.Demand(targets, UpdateRoles.Targets);
            Files.WriteAtomically(Path.Combine(_metadata, $"{named.Version.ToString(CultureInfo.InvariantCulture)}.targets.json"), targets, Files.Public);
            Files.WriteAtomically(Path.Combine(_metadata, $"{SnapshotMetadata.Read(snapshot).Document.Version.ToString(CultureInfo.InvariantCulture)}.snapshot.json"), snapshot, Files.Public);
            Drop(UpdateRoles.Snapshot);
            Drop(UpdateRoles.Targets);
        }

        Read();
    }

    /// <summary>Signatures that a draft still lacks.</summary>
    public int Lacking(string role, byte[] draft)
    {
        SignedMetadata document = SignedMetadata.Read(draft, role);
        if (role != UpdateRoles.Root) return Math.Max(0, Judge.Role(role).Threshold - document.ValidSignatures(Judge));
        RootMetadata next = RootMetadata.Read(draft);
        int own = next.Role(role).Threshold - document.ValidSignatures(next), before = Root is null ? 0 : Root.Role(role).Threshold - document.ValidSignatures(Root);
        return Math.Max(0, Math.Max(own, before));
    }

    public ReleaseReport Report()
    {
        RootMetadata? root = Root ?? (Draft(UpdateRoles.Root) is { } first ? RootMetadata.Read(first) : null);
        List<ReleaseDocument> documents = [], waiting = [];
        foreach (SignedMetadata one in new[] { Root?.Document, Targets?.Document, Snapshot?.Document }.OfType<SignedMetadata>())
            documents.Add(new(one.Role, one.Version, one.Expires, one.ValidSignatures(Root!), Root!.Role(one.Role).Threshold));
        foreach (string role in UpdateRoles.All)
        {
            if (Draft(role) is not { } draft || root is null) continue;
            SignedMetadata document = SignedMetadata.Read(draft, role);
            int lacking = role == UpdateRoles.Root || Root is not null ? Lacking(role, draft) : root.Role(role).Threshold;
            waiting.Add(new(role, document.Version, document.Expires, document.ValidSignatures(root), document.ValidSignatures(root) + lacking));
        }

        HashSet<string> published = [.. Targets?.Targets.Select(one => one.Sha256) ?? []];
        return new(Location, root is null ? [] : [.. UpdateRoles.All.Select(role => new ReleaseRole(role, root.Role(role).Threshold, [.. root.Role(role).Keys.Select(key => key.Id)]))], documents, waiting,
            [.. DraftTargets().Select(one => new ReleasePackageRow(one.Kind, one.Name, one.Version, one.Runtime, one.Counter, one.Length, one.Sha256, published.Contains(one.Sha256)))]);
    }

    /// <summary>The body of a draft root on from the newest, or of the draft that waits already.</summary>
    public (long Version, Dictionary<string, RoleKeys> Roles) NextRoot()
    {
        RootMetadata from = Draft(UpdateRoles.Root) is { } draft ? RootMetadata.Read(draft) : Judge;
        return (Root is null ? 1 : Root.Version + 1, UpdateRoles.All.ToDictionary(role => role, from.Role, StringComparer.Ordinal));
    }

    public void KeepRoot(long version, DateTimeOffset expires, Dictionary<string, RoleKeys> roles)
    {
        foreach ((string role, RoleKeys keys) in roles)
        {
            if (keys.Threshold < 1 || (keys.Threshold > keys.Keys.Count && !(role == UpdateRoles.Timestamp && keys.Keys.Count == 0)))
                throw new CliException(ExitCodes.ReleaseRootRefused, $"{role} would have {keys.Keys.Count} keys and want {keys.Threshold} signatures: nothing could be signed any more.");
        }

        JsonObject body = MetadataSigner.Root(version, expires, roles);
        Keep(UpdateRoles.Root, MetadataSigner.Draft(body));
    }

    private string DraftFile(string role) => Path.Combine(_draft, $"{role}.json");

    private void Read()
    {
        (long Version, string File)[] roots = [.. Numbered("root")];
        Root = null;
        foreach ((long version, string file) in roots)
        {
            RootMetadata next = RootMetadata.Read(File.ReadAllBytes(file));
            if (next.Version != version || (Root is not null && next.Version != Root.Version + 1)) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{file} is not root version {version}, or a version before it is missing.");
            if (Root is not null) next.Document.Demand(Root);
            next.Document.Demand(next);
            Root = next;
        }

        if (roots.Length == 0 && Draft(UpdateRoles.Root) is null) throw new UpdateRefusedException(UpdateRefusal.Missing, "it has no root.");
        (Targets, Snapshot) = (null, null);
        if (Numbered("snapshot").LastOrDefault() is not { File: { } newest }) return;
        Snapshot = SnapshotMetadata.Read(File.ReadAllBytes(newest));
        MetaFile named = Snapshot.Meta.GetValueOrDefault("targets.json") ?? throw new UpdateRefusedException(UpdateRefusal.Malformed, "the snapshot names no targets.json.");
        string targets = Path.Combine(_metadata, $"{named.Version.ToString(CultureInfo.InvariantCulture)}.targets.json");
        if (!File.Exists(targets)) throw new UpdateRefusedException(UpdateRefusal.Missing, $"{targets} is missing.");
        byte[] bytes = File.ReadAllBytes(targets);
        named.Demand(bytes, UpdateRoles.Targets);
        Targets = TargetsMetadata.Read(bytes);
    }

    private IEnumerable<(long Version, string File)> Numbered(string role) =>
        Directory.EnumerateFiles(_metadata, $"*.{role}.json").Select(file => (Version: long.TryParse(Path.GetFileName(file).Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0, File: file))
            .Where(one => one.Version > 0).OrderBy(one => one.Version);
}
