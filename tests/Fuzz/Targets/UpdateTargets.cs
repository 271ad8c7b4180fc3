using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Contract.Updates;
using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Targets;

/// <summary>Update metadata and packages: what a bridge, or whoever stands in its place, can hand a terminal.</summary>
internal static class UpdateTargets
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<Repository> Sample = new(() => new());

    private static readonly Type[] Refused = [typeof(UpdateRefusedException)];

    public static IEnumerable<FuzzTarget> All =>
    [
        Metadata("root", repository => repository.Root, bytes => { RootMetadata root = RootMetadata.Read(bytes); return $"{root.Document.ValidSignatures(root)} signatures, {UpdateRoles.All.Sum(role => root.Role(role).Keys.Count)} keys"; }, "RootMetadata", "UpdateKey"),
        Metadata("timestamp", repository => repository.Timestamp, bytes => $"read {TimestampMetadata.Read(bytes).Snapshot.Length is null}", "Metadata"),
        Metadata("snapshot", repository => repository.Snapshot, bytes => $"read {SnapshotMetadata.Read(bytes).Meta.Count}", "Metadata"),
        Metadata("targets", repository => repository.Targets, bytes => $"read {TargetsMetadata.Read(bytes).Targets.Count}", "Metadata", "UpdateTarget"),
        // With the keys of the roles in a stranger's hand: what is signed may still be no metadata.
        Metadata("signed-timestamp", repository => repository.TimestampBody, bytes => { MetadataTrust trust = Sample.Value.Trust(); return $"taken {trust.TakeTimestamp(Sample.Value.Sign(bytes))}"; }, "MetadataTrust", "MetadataSigner") with { Runs = 150 },
        Metadata("signed-root", repository => repository.RootBody, bytes => { MetadataTrust trust = Sample.Value.Trust(); return $"taken {trust.TakeRoot(Sample.Value.Sign(bytes))}"; }, "MetadataTrust") with { Runs = 150 },
        new("updates/files", Shape.Json, () => [Sample.Value.List], bytes => $"read {PackageFiles.Read(bytes).Files.Count}") { Files = ["cloud-bridge/Contract/Updates/PackageFiles.cs"], Refusals = Refused, Words = ["../x", "files.json", "a/./b", "/a"], Runs = 700 },
        new("updates/package", Shape.Bytes, () => [Sample.Value.Package], bytes => Extract(new MemoryStream(bytes), Sample.Value.Target)) { Files = ["cloud-bridge/Contract/Updates/PackageArchive.cs", "cloud-bridge/Contract/Updates/HashingStream.cs"], Refusals = Refused, Runs = 500 },
        new("updates/package-inside", Shape.Bytes, () => [Sample.Value.Tar], Inside) { Files = ["cloud-bridge/Contract/Updates/PackageArchive.cs"], Refusals = Refused, Runs = 500 },
    ];

    private static FuzzTarget Metadata(string name, Func<Repository, byte[]> sample, Func<byte[], string> read, params string[] files) =>
        new($"updates/{name}", Shape.Json, () => [sample(Sample.Value)], read)
        {
            Files = [.. files.Append("SignedMetadata").Append("CanonicalJson").Select(file => $"cloud-bridge/Contract/Updates/{file}.cs")], Refusals = Refused, Words = ["root", "targets", "snapshot", "timestamp", "1.0.33", "agent", "models", "firmware", "sha256", "ecdsa-sha2-nistp256"], Runs = 500,
        };

    // The archive as somebody packs it who holds the key: list and hash fit, the rest may not.
    private static string Inside(byte[] tar)
    {
        byte[] list;
        try
        {
            using TarReader reader = new(new MemoryStream(tar));
            using MemoryStream first = new();
            reader.GetNextEntry()?.DataStream?.CopyTo(first);
            list = first.ToArray();
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or FormatException or InvalidOperationException)
        {
            list = [];
        }

        using MemoryStream packed = new();
        using (BrotliStream brotli = new(packed, CompressionLevel.Fastest, leaveOpen: true)) brotli.Write(tar);
        packed.Position = 0;
        long unpacked = list.Length;
        try
        {
            unpacked += PackageFiles.Read(list).Files.Sum(one => one.Size);
        }
        catch (Exception fault) when (fault is UpdateRefusedException or OverflowException)
        {
            // Extract says so.
        }

        return Extract(packed, Sample.Value.Target with { Files = Convert.ToHexStringLower(SHA256.HashData(list)), Unpacked = unpacked });
    }

    private static string Extract(Stream package, UpdateTarget target)
    {
        long written = 0;
        PackageFiles files = PackageArchive.Extract(package, target, (file, content) =>
        {
            if (file.Path != PackageFiles.Name && !PackageFiles.IsSafe(file.Path)) throw new FindingException($"a file would be written to '{file.Path}'");
            byte[] part = new byte[8192];
            for (int read; (read = content.Read(part)) > 0;)
                if ((written += read) > target.Unpacked + 8192) throw new FindingException("more is unpacked than was signed");
        }, CancellationToken.None);
        return $"unpacked {files.Files.Count}";
    }

    private sealed class Repository
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public Repository()
        {
            string file = Samples.Put("a.txt", "sample file of a package"u8.ToArray()), other = Samples.Put("b.dll", [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))]);
            using MemoryStream package = new();
            (List, long unpacked) = PackageArchive.Create([("a.txt", file, false), ("lib/b.dll", other, true)], package, CancellationToken.None);
            Package = package.ToArray();
            using MemoryStream tar = new();
            using (BrotliStream brotli = new(new MemoryStream(Package), CompressionMode.Decompress)) brotli.CopyTo(tar);
            Tar = tar.ToArray();
            Target = new()
            {
                Path = "agent/agent-1.0.0-linux-x64.tar.br", Length = Package.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(Package)), Kind = UpdateKinds.Agent, Name = "agent", Version = "1.0.0", Counter = 1,
                Runtime = "linux-x64", Chunks = SHA256.HashData(Package), Files = Convert.ToHexStringLower(SHA256.HashData(List)), Unpacked = unpacked, StateWrites = 1, StateReads = 1,
            };
            RoleKeys keys = new([UpdateKey.FromPem(_key.ExportSubjectPublicKeyInfoPem())], 1);
            JsonObject root = MetadataSigner.Root(1, Now.AddYears(1), UpdateRoles.All.ToDictionary(role => role, _ => keys));
            (RootBody, Root) = (Body(2, root), Signed(root));
            Targets = Signed(MetadataSigner.Targets(1, Now.AddDays(180), [Target]));
            Snapshot = Signed(MetadataSigner.Snapshot(1, Now.AddDays(180), 1, Targets));
            JsonObject timestamp = MetadataSigner.Timestamp(1, Now.AddDays(7), 1, Snapshot);
            (TimestampBody, Timestamp) = (timestamp.ToJsonString().Utf8(), Signed(timestamp));
        }

        public byte[] List { get; }

        public byte[] Package { get; }

        public byte[] Tar { get; }

        public UpdateTarget Target { get; }

        public byte[] Root { get; }

        public byte[] RootBody { get; }

        public byte[] Targets { get; }

        public byte[] Snapshot { get; }

        public byte[] Timestamp { get; }

        public byte[] TimestampBody { get; }

        public MetadataTrust Trust() => new(Root, Now);

        /// <summary>That body, signed, whatever it says; where it is none, as a document without a signature.</summary>
        public byte[] Sign(byte[] body)
        {
            byte[] draft = [.. "{\"signatures\":[],\"signed\":"u8, .. body, .. "}"u8];
            try
            {
                return MetadataSigner.Sign(draft, _key);
            }
            catch (Exception fault) when (fault is UpdateRefusedException or JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException)
            {
                return draft;
            }
        }

        private static byte[] Body(long version, JsonObject of)
        {
            JsonObject next = (JsonObject)of.DeepClone();
            next["version"] = version;
            return next.ToJsonString().Utf8();
        }

        private byte[] Signed(JsonObject body) => MetadataSigner.Sign(MetadataSigner.Draft(body), _key);
    }
}
