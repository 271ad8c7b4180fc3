using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Devices.PowerCut.Disk;

/// <summary>A folder's files as they lie on a disk.</summary>
public sealed class DiskImage(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
{
    public static DiskImage Empty { get; } = new(new Dictionary<string, ReadOnlyMemory<byte>>());

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; } = files;

    /// <summary>Reads a folder; what SQLite makes anew (<c>-shm</c>) and locks are left out.</summary>
    public static DiskImage Read(string folder) => new(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal))
        
        .ToDictionary(file => Path.GetRelativePath(folder, file), file => (ReadOnlyMemory<byte>)File.ReadAllBytes(file), StringComparer.Ordinal));

    /// <summary>Lays it out in a folder that is made empty before.</summary>
    public void Write(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (string below in Directory.EnumerateDirectories(folder)) Directory.Delete(below, recursive: true);
            foreach (string file in Directory.EnumerateFiles(folder)) File.Delete(file);
        }
        else
        {
            Directory.CreateDirectory(folder);
        }

        foreach ((string name, ReadOnlyMemory<byte> bytes) in Files)
        {
            string path = Path.Combine(folder, name);
            if (name.Contains('/', StringComparison.Ordinal)) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            file.Write(bytes.Span);
        }
    }

    /// <summary>Equal for images that hold the same.</summary>
    public UInt128 Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        foreach (string name in Files.Keys.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            BinaryPrimitives.WriteInt64LittleEndian(size, Files[name].Length);
            hash.AppendData(size);
            hash.AppendData(Files[name].Span);
        }

        Span<byte> sum = stackalloc byte[32];
        hash.GetHashAndReset(sum);
        return BinaryPrimitives.ReadUInt128LittleEndian(sum);
    }

    public override string ToString() => string.Join(", ", Files.Select(one => $"{one.Key} {one.Value.Length}"));
}
