using System.Security.Cryptography;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Updates;

namespace Devices.Bridge.Tests.Updates;

/// <summary>A published release repository on the disk, as <c>devices release</c> leaves it.</summary>
internal sealed class Repository : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);
    private readonly List<UpdateTarget> _targets = [];
    private int _version;

    public Repository(string timestampKey)
    {
        foreach (string role in UpdateRoles.All) _keys[role] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Directory.CreateDirectory(System.IO.Path.Combine(Folder, "metadata"));
        Root = Sign(UpdateRoles.Root, MetadataSigner.Root(1, Later, UpdateRoles.All.ToDictionary(role => role, role => new RoleKeys([role == UpdateRoles.Timestamp ? UpdateKey.FromPem(timestampKey) : UpdateKey.FromPem(_keys[role].ExportSubjectPublicKeyInfoPem())], 1))));
        Write("1.root.json", Root);
    }

    public string Folder => _directory.File("releases");

    public byte[] Root { get; }

    private static DateTimeOffset Later => DateTimeOffset.UtcNow.AddDays(100);

    public UpdateTarget Publish(string version, int bytes = 1000, string kind = UpdateKinds.Agent)
    {
        byte[] package = new byte[bytes];
        new Random(version.Length + bytes).NextBytes(package);
        string hash = Convert.ToHexStringLower(SHA256.HashData(package));
        UpdateTarget target = new()
        {
            Path = $"{kind}/agent-{version}.tar.br", Kind = kind, Name = "agent", Version = version, Counter = _targets.Count + 1, Runtime = "linux-x64", Length = bytes, Sha256 = hash, Files = hash, Unpacked = bytes,
            Chunks = [.. package.Chunk(UpdateTarget.ChunkBytes).SelectMany(chunk => SHA256.HashData(chunk))], StateWrites = 1, StateReads = 1,
        };
        Directory.CreateDirectory(System.IO.Path.Combine(Folder, "targets", kind));
        File.WriteAllBytes(System.IO.Path.Combine(Folder, "targets", kind, $"{hash}.agent-{version}.tar.br"), package);
        _targets.Add(target);
        _version++;
        byte[] targets = Sign(UpdateRoles.Targets, MetadataSigner.Targets(_version, Later, _targets));
        Write($"{_version}.targets.json", targets);
        Write($"{_version}.snapshot.json", Sign(UpdateRoles.Snapshot, MetadataSigner.Snapshot(_version, Later, _version, targets)));
        return target;
    }

    public string FileOf(UpdateTarget target) => System.IO.Path.Combine(Folder, "targets", target.Kind, $"{target.Sha256}.agent-{target.Version}.tar.br");

    public void Dispose() => _directory.Dispose();

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(System.IO.Path.Combine(Folder, "metadata", name), bytes);

    private byte[] Sign(string role, System.Text.Json.Nodes.JsonObject body) => MetadataSigner.Sign(MetadataSigner.Draft(body), _keys[role]);
}
