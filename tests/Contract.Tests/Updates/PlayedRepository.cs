using System.Security.Cryptography;
using Devices.Contract.Updates;

namespace Devices.Contract.Tests.Updates;

/// <summary>A repository with keys of every role in memory, and a terminal's store; each test bends one thing.</summary>
public sealed class PlayedRepository
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, List<ECDsa>> _keys = [];
    private long _root, _targets, _snapshot, _timestamp;

    public PlayedRepository()
    {
        foreach (string role in UpdateRoles.All) _keys[role] = [NewKey()];
        NextRoot();
        Publish("1.0.0");
        First = Files["1.root.json"];
    }

    /// <summary>What the repository serves.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public byte[] First { get; }

    public Terminal Client { get; } = new();

    /// <summary>The most bytes that a fetch asked for, by name.</summary>
    public Dictionary<string, int> Asked { get; } = [];

    public List<ECDsa> Keys(string role) => _keys[role];

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static UpdateKey Public(ECDsa key) => UpdateKey.FromPem(key.ExportSubjectPublicKeyInfoPem());

    public void NextRoot(DateTimeOffset? expires = null, IEnumerable<ECDsa>? signers = null, int threshold = 1, long? version = null)
    {
        _root = version ?? _root + 1;
        byte[] root = MetadataSigner.Draft(MetadataSigner.Root(_root, expires ?? Now.AddYears(1), UpdateRoles.All.ToDictionary(role => role, role => new RoleKeys([.. _keys[role].Select(Public)], role == UpdateRoles.Timestamp ? 1 : threshold))));
        foreach (ECDsa key in signers ?? _keys[UpdateRoles.Root]) root = MetadataSigner.Sign(root, key);
        Files[$"{_root}.root.json"] = root;
    }

    public static UpdateTarget Target(string version, long counter = 1) => new()
    {
        Path = $"agent/agent-{version}-linux-x64.tar.br", Kind = UpdateKinds.Agent, Name = "agent", Version = version, Counter = counter, Runtime = "linux-x64", Length = 10, Sha256 = new string('a', 64), Files = new string('b', 64),
        Unpacked = 10, Chunks = new byte[32], StateWrites = 1, StateReads = 1,
    };

    public void Publish(string version, DateTimeOffset? targets = null, DateTimeOffset? snapshot = null, DateTimeOffset? timestamp = null, IEnumerable<ECDsa>? targetSigners = null)
    {
        byte[] t = MetadataSigner.Draft(MetadataSigner.Targets(++_targets, targets ?? Now.AddDays(100), [Target(version)]));
        foreach (ECDsa key in targetSigners ?? _keys[UpdateRoles.Targets]) t = MetadataSigner.Sign(t, key);
        Files[$"{_targets}.targets.json"] = t;
        byte[] s = SignedBy(UpdateRoles.Snapshot, MetadataSigner.Snapshot(++_snapshot, snapshot ?? Now.AddDays(100), _targets, t));
        Files[$"{_snapshot}.snapshot.json"] = s;
        Files["timestamp.json"] = SignedBy(UpdateRoles.Timestamp, MetadataSigner.Timestamp(++_timestamp, timestamp ?? Now.AddDays(2), _snapshot, s));
    }

    public void Stamp(long? version = null, DateTimeOffset? expires = null)
    {
        _timestamp = version ?? _timestamp + 1;
        Files["timestamp.json"] = SignedBy(UpdateRoles.Timestamp, MetadataSigner.Timestamp(_timestamp, expires ?? Now.AddDays(2), _snapshot, Files[$"{_snapshot}.snapshot.json"]));
    }

    public byte[] SignedBy(string role, System.Text.Json.Nodes.JsonObject body)
    {
        byte[] document = MetadataSigner.Draft(body);
        return _keys[role].Aggregate(document, (bytes, key) => MetadataSigner.Sign(bytes, key));
    }

    public Task<MetadataTrust> RefreshAsync(DateTimeOffset? now = null) => MetadataRefresh.RunAsync(Client, First, FetchAsync, now ?? Now, TestContext.Current.CancellationToken);

    public async Task<UpdateRefusal> RefusedAsync(DateTimeOffset? now = null) => (await Should.ThrowAsync<UpdateRefusedException>(() => RefreshAsync(now))).Refusal;

    private Task<byte[]?> FetchAsync(string name, int most, CancellationToken cancellationToken)
    {
        Asked[name] = most;
        return Task.FromResult(Files.GetValueOrDefault(name));
    }

    public sealed class Terminal : IMetadataStore
    {
        public Dictionary<string, byte[]> Kept { get; } = new(StringComparer.Ordinal);

        public byte[]? Read(string name) => Kept.GetValueOrDefault(name);

        public void Write(string name, ReadOnlySpan<byte> bytes) => Kept[name] = bytes.ToArray();

        public void Delete(string name) => Kept.Remove(name);
    }
}
