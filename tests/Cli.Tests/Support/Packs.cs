using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests.Support;

/// <summary>A catalogue of one small pack: the default pack's manifest with other files.</summary>
public sealed class Packs
{
    public const string Licence = "MIT License\n\nPermission is hereby granted.\n";

    private readonly TempFolder _folder;

    public Packs(TempFolder folder, Func<string, PackSource> source, string id = "small")
    {
        _folder = folder;
        Names = ["fr_detect.onnx", "fr_landmark.onnx", "fr_feature.onnx", "fr_liveness.onnx", "fr_eye.onnx"];
        Weights = Names.ToDictionary(n => n, n => RandomNumberGenerator.GetBytes(20_000 + n.Length));
        PackManifest model = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(Root(), "models", "default", "manifest.json")), PackJson.Default.PackManifest)!;
        Manifest = model with
        {
            Id = id,
            Version = "1.0.0",
            Files = [.. Names.Select(n => new PackFile { Path = n, Bytes = Weights[n].Length, Sha256 = Hash(Weights[n]), Source = source(n) })],
            Licences = [new PackLicence { Spdx = "MIT", File = "LICENSE", Sha256 = Hash(Encoding.UTF8.GetBytes(Licence)), Source = "the test", Covers = Names }],
        };
        Save(Manifest);
        folder.Write($"models/{id}/LICENSE", Licence);
    }

    public string[] Names { get; }
    public Dictionary<string, byte[]> Weights { get; }
    public PackManifest Manifest { get; }
    public string Installed => _folder["cache", Manifest.Id, Manifest.Version];

    public void Save(PackManifest manifest) => _folder.Write($"models/{manifest.Id}/manifest.json", JsonSerializer.Serialize(manifest, PackJson.Default.PackManifest));

    /// <summary>Puts the weights where file sources look for them.</summary>
    public void WriteWeights(string under)
    {
        foreach (string name in Names)
        {
            Directory.CreateDirectory(_folder[under]);
            File.WriteAllBytes(_folder[under, name], Weights[name]);
        }
    }

    /// <summary>An archive as `npm pack` makes them, and a program that behaves as npm does when it hands it out.</summary>
    public string FakeNpm(string? package = null)
    {
        string tgz = _folder["registry.tgz"];
        using (var gzip = new GZipStream(File.Create(tgz), CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            void Add(string name, byte[] content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            Add("package/package.json", "{\"name\":\"faces\",\"version\":\"1.2.3\",\"scripts\":{\"prepare\":\"exit 1\"}}"u8.ToArray());
            Add("../../outside.txt", "must not be written"u8.ToArray());
            foreach (string name in Names) Add($"package/model/{name}", Weights[name]);
        }

        return Script("npm", package ?? $"""
            echo "$@" >> '{_folder["npm-calls"]}'
            while [ $# -gt 0 ]; do [ "$1" = --pack-destination ] && to="$2"; shift; done
            cp '{tgz}' "$to/faces-1.2.3.tgz"
            echo faces-1.2.3.tgz
            """);
    }

    public string Script(string name, string body)
    {
        string path = _folder.Write(name, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Devices.sln"))) return at.FullName;
        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
