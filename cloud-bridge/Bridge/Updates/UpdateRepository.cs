using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Devices.Bridge.Fleet;
using Devices.Contract.Updates;

namespace Devices.Bridge.Updates;

/// <summary>
/// The signed repository in <c>DIR/updates</c>: <c>metadata/</c> as it was published offline, <c>targets/SHA256</c>, and <c>timestamp.key</c>, the one key that lies here. With it the
/// bridge says what is newest, and nothing else: it can sign no package and no snapshot.
/// </summary>
public sealed partial class UpdateRepository(BridgeOptions bridge, UpdateOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private byte[]? _timestamp;
    private string? _stamped;
    private DateTimeOffset _signAgain;

    private string Home => Path.Combine(bridge.Data, "updates");

    private string Metadata => Path.Combine(Home, "metadata");

    private string Targets => Path.Combine(Home, "targets");

    private string KeyFile => Path.Combine(Home, "timestamp.key");

    /// <summary>The public key that belongs into the root; made where there is none yet.</summary>
    public string PublicKey()
    {
        lock (_gate)
        {
            using ECDsa key = Key();
            return UpdateKey.FromPem(key.ExportSubjectPublicKeyInfoPem()).Pem;
        }
    }

    /// <summary>A metadata file by its name in the repository; null where there is none.</summary>
    public byte[]? Read(string name)
    {
        if (name == "timestamp.json") return Timestamp();
        if (!MetadataName().IsMatch(name)) return null;
        string path = Path.Combine(Metadata, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>The file of a package; null where it is not here.</summary>
    public string? Package(string sha256) => Hash().IsMatch(sha256) && File.Exists(Path.Combine(Targets, sha256)) ? Path.Combine(Targets, sha256) : null;

    /// <summary>The packages that are published; empty without a repository.</summary>
    public IReadOnlyList<UpdateTarget> Packages() => Newest(Metadata)?.Targets.Targets ?? [];

    /// <summary>
    /// Takes a published repository in: everything is checked as a terminal would, from the root that lies here on; packages are copied first and the metadata that names them last, so that
    /// a cut leaves what was.
    /// </summary>
    /// <exception cref="BridgeStartException">It is not sound, or older than what lies here; one sentence.</exception>
    public string Import(string folder)
    {
        string from = Path.Combine(folder, "metadata");
        if (!Directory.Exists(from)) throw new BridgeStartException($"{folder} holds no release repository (no metadata/).");
        try
        {
            lock (_gate)
            {
                PrivateFiles.MakeDirectory(Home);
                PrivateFiles.MakeDirectory(Metadata);
                PrivateFiles.MakeDirectory(Targets);
                RootMetadata root = Chain(from, Metadata);
                (TargetsMetadata targets, SnapshotMetadata snapshot, byte[] targetsBytes, byte[] snapshotBytes) = Newest(from) ?? throw new BridgeStartException($"{folder} has nothing published yet: devices release publish.");
                targets.Document.Demand(root);
                snapshot.Document.Demand(root);
                targets.Document.DemandFresh(time.GetUtcNow());
                snapshot.Document.DemandFresh(time.GetUtcNow());
                root.Document.DemandFresh(time.GetUtcNow());
                if (Newest(Metadata) is { } held && (snapshot.Document.Version < held.Snapshot.Document.Version || targets.Document.Version < held.Targets.Document.Version))
                    throw new BridgeStartException($"{folder} holds version {snapshot.Document.Version}, and version {held.Snapshot.Document.Version} lies here: terminals would refuse to go back.");
                using ECDsa key = Key();
                string own = UpdateKey.FromPem(key.ExportSubjectPublicKeyInfoPem()).Id;
                if (!root.Role(UpdateRoles.Timestamp).Keys.Any(one => one.Id == own)) throw new BridgeStartException("The root does not know this bridge's timestamp key, so no terminal would believe it: `Devices.Bridge release key` prints it, `devices release add-key DIR --role timestamp --public FILE` adds it.");
                foreach (UpdateTarget target in targets.Targets) Copy(folder, target);
                foreach (string file in Directory.EnumerateFiles(from, "*.root.json")) Put(Path.Combine(Metadata, Path.GetFileName(file)), File.ReadAllBytes(file));
                Put(Path.Combine(Metadata, $"{targets.Document.Version}.targets.json"), targetsBytes);
                Put(Path.Combine(Metadata, $"{snapshot.Document.Version}.snapshot.json"), snapshotBytes);
                _timestamp = null;
                return string.Create(CultureInfo.InvariantCulture, $"{targets.Targets.Count} packages, targets version {targets.Document.Version}, root version {root.Version}, good until {snapshot.Document.Expires:yyyy-MM-dd}");
            }
        }
        catch (UpdateRefusedException fault)
        {
            throw new BridgeStartException($"The release repository in {folder} was not taken: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The release repository in {folder} cannot be copied: {fault.Message}", fault);
        }
    }

    /// <summary>When the metadata that was signed offline is over: operators are told in time.</summary>
    public DateTimeOffset? Expires() => Newest(Metadata) is { } held ? new[] { held.Targets.Document.Expires, held.Snapshot.Document.Expires }.Min() : null;

    // From the first root that lies here, or of the repository where none does; each signed by the one before it.
    private static RootMetadata Chain(string from, string held)
    {
        string[] mine = Numbered(held, "root"), theirs = Numbered(from, "root");
        if (theirs.Length == 0) throw new UpdateRefusedException(UpdateRefusal.Missing, "it has no root.");
        MetadataTrust trust = new(File.ReadAllBytes(mine.FirstOrDefault() ?? theirs[0]), DateTimeOffset.MinValue);
        while (Path.Combine(from, $"{trust.Root.Version + 1}.root.json") is var next && File.Exists(next)) trust.TakeRoot(File.ReadAllBytes(next));
        long newest = mine.Select(file => RootMetadata.Read(File.ReadAllBytes(file)).Version).DefaultIfEmpty(0).Max();
        return trust.Root.Version >= newest ? trust.Root : throw new UpdateRefusedException(UpdateRefusal.Rollback, $"its root has version {trust.Root.Version} and version {newest} lies here.");
    }

    private static (TargetsMetadata Targets, SnapshotMetadata Snapshot, byte[] TargetsBytes, byte[] SnapshotBytes)? Newest(string metadata)
    {
        if (!Directory.Exists(metadata) || Numbered(metadata, "snapshot").LastOrDefault() is not { } file) return null;
        byte[] snapshotBytes = File.ReadAllBytes(file);
        SnapshotMetadata snapshot = SnapshotMetadata.Read(snapshotBytes);
        MetaFile named = snapshot.Meta.GetValueOrDefault("targets.json") ?? throw new UpdateRefusedException(UpdateRefusal.Malformed, "the snapshot names no targets.json.");
        byte[] targets = File.ReadAllBytes(Path.Combine(metadata, $"{named.Version}.targets.json"));
        named.Demand(targets, UpdateRoles.Targets);
        return (TargetsMetadata.Read(targets), snapshot, targets, snapshotBytes);
    }

    private void Copy(string folder, UpdateTarget target)
    {
        string to = Path.Combine(Targets, target.Sha256);
        if (File.Exists(to) && new FileInfo(to).Length == target.Length) return;
        int slash = target.Path.LastIndexOf('/');
        string from = Path.Combine(folder, "targets", target.Path[..(slash + 1)], $"{target.Sha256}.{target.Path[(slash + 1)..]}");
        if (!File.Exists(from)) throw new UpdateRefusedException(UpdateRefusal.Missing, $"the package {target} is not in targets/.");
        string fresh = to + ".new";
        using (FileStream source = File.OpenRead(from))
        using (FileStream copy = PrivateFiles.Create(fresh))
        {
            source.CopyTo(copy);
            copy.Flush(flushToDisk: true);
            copy.Position = 0;
            if (copy.Length != target.Length || Convert.ToHexStringLower(SHA256.HashData(copy)) != target.Sha256) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"the package {target} is not the one that was signed.");
        }

        File.Move(fresh, to, overwrite: true);
        // Before the metadata that names it is.
        _ = DirectorySync.TryFlush(Targets);
    }

    private byte[]? Timestamp()
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            // Somebody may have imported beside the running bridge: the newest file's name tells.
            string? newest = Numbered(Metadata, "snapshot").LastOrDefault();
            if (_timestamp is not null && newest == _stamped && now < _signAgain && now > _signAgain.AddHours(-options.TimestampHours)) return _timestamp;
            if (Newest(Metadata) is not { } held) return null;
            using ECDsa key = Key();
            // By the clock, so that a bridge that was restored from an older copy does not begin to count below what terminals have seen.
            long before = File.Exists(TimestampFile) ? TimestampMetadata.Read(File.ReadAllBytes(TimestampFile)).Document.Version : 0;
            long version = Math.Max(before + 1, now.ToUnixTimeSeconds());
            byte[] signed = MetadataSigner.Sign(MetadataSigner.Draft(MetadataSigner.Timestamp(version, now.AddHours(options.TimestampHours), held.Snapshot.Document.Version, held.SnapshotBytes)), key);
            Put(TimestampFile, signed);
            (_timestamp, _stamped, _signAgain) = (signed, newest, now.AddHours(options.TimestampHours / 2.0));
            return signed;
        }
    }

    private string TimestampFile => Path.Combine(Metadata, "timestamp.json");

    private ECDsa Key()
    {
        ECDsa key = ECDsa.Create();
        if (File.Exists(KeyFile))
        {
            key.ImportFromPem(File.ReadAllText(KeyFile));
            return key;
        }

        PrivateFiles.MakeDirectory(Home);
        key.GenerateKey(ECCurve.NamedCurves.nistP256);
        PrivateFiles.Write(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        return key;
    }

    private static void Put(string file, byte[] bytes) => PrivateFiles.Write(file, Encoding.UTF8.GetString(bytes));

    private static string[] Numbered(string folder, string role) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, $"*.{role}.json").OrderBy(file => long.TryParse(Path.GetFileName(file).Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0)];

    [GeneratedRegex(@"\A[1-9][0-9]{0,15}\.(root|targets|snapshot)\.json\z")]
    private static partial Regex MetadataName();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Hash();
}
