using System.Security.Cryptography;
using Devices.Contract.Updates;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>Signed packages of small made-up programs, and a source that serves them.</summary>
internal sealed class PlayedRelease : IUpdateSource, IDisposable
{
    public static readonly DateTimeOffset Now = new(2027, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, ECDsa> _keys = UpdateRoles.All.ToDictionary(role => role, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256), StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _packages = [];
    private readonly Scratch _scratch = new();
    private int _version;

    public PlayedRelease()
    {
        Root = Sign(UpdateRoles.Root, MetadataSigner.Root(1, Now.AddYears(1), UpdateRoles.All.ToDictionary(role => role, role => new RoleKeys([UpdateKey.FromPem(_keys[role].ExportSubjectPublicKeyInfoPem())], 1))));
    }

    public byte[] Root { get; private set; }

    public Dictionary<string, byte[]> Metadata { get; } = [];

    public List<UpdateTarget> Targets { get; } = [];

    public byte[] TargetsBytes => Metadata[$"{_version}.targets.json"];

    /// <summary>Parts that were asked for.</summary>
    public List<(string Sha256, long From)> Asked { get; } = [];

    /// <summary>May bend or refuse a part.</summary>
    public Func<UpdateTarget, long, byte[], byte[]> Bend { get; set; } = (_, _, bytes) => bytes;

    public UpdateTarget Agent(string version, long counter = 1, int size = 300_000, long writes = 1, long reads = 1) =>
        Make(UpdateKinds.Agent, "agent", version, "linux-x64", counter, size) with { StateWrites = writes, StateReads = reads };

    public UpdateTarget Models(string version, string templates, long counter = 1) => Make(UpdateKinds.Models, "pack", version, UpdateKinds.AnyRuntime, counter, 1000) with { Templates = templates };

    public UpdateTarget Make(string kind, string name, string version, string runtime, long counter, int size)
    {
        byte[] big = new byte[size];
        new Random(version.GetHashCode(StringComparison.Ordinal)).NextBytes(big);
        File.WriteAllBytes(_scratch["big"], big);
        File.WriteAllText(_scratch["program"], $"#!/bin/sh\necho {version}\n");
        using MemoryStream to = new();
        (byte[] list, long unpacked) = PackageArchive.Create([("lib/big.bin", _scratch["big"], false), ("Devices.Edge.Agent", _scratch["program"], true)], to, CancellationToken.None);
        byte[] package = to.ToArray();
        string hash = Convert.ToHexStringLower(SHA256.HashData(package));
        _packages[hash] = package;
        return new()
        {
            Path = $"{kind}/{name}-{version}-{runtime}.tar.br", Kind = kind, Name = name, Version = version, Runtime = runtime, Counter = counter, Length = package.Length, Sha256 = hash, Files = Convert.ToHexStringLower(SHA256.HashData(list)),
            Unpacked = unpacked, Chunks = [.. package.Chunk(UpdateTarget.ChunkBytes).SelectMany(chunk => SHA256.HashData(chunk))],
        };
    }

    public byte[] PackageOf(UpdateTarget target) => _packages[target.Sha256];

    public void Publish(params UpdateTarget[] targets)
    {
        Targets.AddRange(targets);
        _version++;
        byte[] t = Sign(UpdateRoles.Targets, MetadataSigner.Targets(_version, Now.AddDays(90), Targets));
        byte[] s = Sign(UpdateRoles.Snapshot, MetadataSigner.Snapshot(_version, Now.AddDays(90), _version, t));
        (Metadata[$"{_version}.targets.json"], Metadata[$"{_version}.snapshot.json"]) = (t, s);
        Metadata["timestamp.json"] = Sign(UpdateRoles.Timestamp, MetadataSigner.Timestamp(_version, Now.AddDays(7), _version, s));
    }

    /// <summary>Another key for the targets, in the next root.</summary>
    public void RotateTargets()
    {
        _keys[UpdateRoles.Targets] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Metadata["2.root.json"] = Sign(UpdateRoles.Root, MetadataSigner.Root(2, Now.AddYears(1), UpdateRoles.All.ToDictionary(role => role, role => new RoleKeys([UpdateKey.FromPem(_keys[role].ExportSubjectPublicKeyInfoPem())], 1))));
    }

    public Task<byte[]?> MetadataAsync(string name, int maxLength, CancellationToken cancellationToken) => Task.FromResult(Metadata.GetValueOrDefault(name));

    public Task<byte[]> PartAsync(UpdateTarget target, long from, int length, CancellationToken cancellationToken)
    {
        Asked.Add((target.Sha256, from));
        return Task.FromResult(Bend(target, from, _packages[target.Sha256].AsSpan((int)from, length).ToArray()));
    }

    public void Dispose() => _scratch.Dispose();

    private byte[] Sign(string role, System.Text.Json.Nodes.JsonObject body) => MetadataSigner.Sign(MetadataSigner.Draft(body), _keys[role]);
}
