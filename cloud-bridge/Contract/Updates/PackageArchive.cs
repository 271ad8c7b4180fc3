using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Devices.Contract.Updates;

/// <summary>
/// Packages as files: a tar (ustar, no owner, no time) compressed with Brotli. The same folder gives the same bytes wherever and whenever it is packed by the same version
/// of this program.
/// </summary>
public static class PackageArchive
{
    public const string Extension = ".tar.br";

    // Whoever runs it, and nobody else: the account of the agent.
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Packs files (path in the package, file on the disk, may be run) into <paramref name="to"/>.</summary>
    /// <returns>The bytes of its <c>files.json</c>, and how long all of it is unpacked.</returns>
    /// <exception cref="UpdateRefusedException">A file has a name that a package cannot hold, or there are too many.</exception>
    public static (byte[] Files, long Unpacked) Create(IEnumerable<(string Path, string File, bool Run)> files, Stream to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        List<(string Path, string File, bool Run)> ordered = [.. files.OrderBy(one => one.Path, StringComparer.Ordinal)];
        List<PackageFile> listed = [];
        foreach ((string path, string file, bool run) in ordered)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!PackageFiles.IsSafe(path)) throw new UpdateRefusedException(UpdateRefusal.Malformed, $"A package cannot hold a file named '{path}'.");
            using FileStream stream = File.OpenRead(file);
            listed.Add(new(path, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)), run));
        }

        byte[] list = new PackageFiles(listed).Write();
        _ = PackageFiles.Read(list);
        using BrotliStream packed = new(to, CompressionLevel.Optimal, leaveOpen: true);
        using TarWriter tar = new(packed, TarEntryFormat.Ustar, leaveOpen: true);
        using MemoryStream first = new(list);
        tar.WriteEntry(Entry(PackageFiles.Name, first, run: false));
        foreach ((string path, string file, bool run) in ordered)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using FileStream stream = File.OpenRead(file);
            tar.WriteEntry(Entry(path, stream, run));
        }

        return (list, listed.Sum(one => one.Size) + list.Length);
    }

    /// <summary>
    /// Unpacks, checking while it does: first the list against the signed hash, then each file against the list, nothing else, nothing left out.
    /// </summary>
    /// <param name="write">Takes each file in turn: path, may be run, its bytes to the end.</param>
    /// <exception cref="UpdateRefusedException">The package is not what was signed.</exception>
    public static PackageFiles Extract(Stream package, UpdateTarget target, Action<PackageFile, Stream> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            using BrotliStream packed = new(package, CompressionMode.Decompress, leaveOpen: true);
            using TarReader tar = new(packed, leaveOpen: true);
            byte[] list = First(tar);
            if (Convert.ToHexStringLower(SHA256.HashData(list)) != target.Files) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target}: the list of files in the package is not the signed one.");
            PackageFiles files = PackageFiles.Read(list);
            if (files.Files.Sum(one => one.Size) + list.Length != target.Unpacked) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target}: unpacked it is not as long as was signed.");
            write(new(PackageFiles.Name, list.Length, target.Files), new MemoryStream(list));
            foreach (PackageFile wanted in files.Files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TarEntry? entry = tar.GetNextEntry();
                if (entry?.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Name != wanted.Path || entry.Length != wanted.Size)
                    throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target}: the package does not hold {wanted.Path} where its list names it.");
                using HashingStream hashed = new(entry.DataStream ?? Stream.Null);
                write(wanted, hashed);
                if (hashed.End() != wanted.Sha256) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target}: {wanted.Path} in the package is not the file that its list names (SHA-256).");
            }

            return tar.GetNextEntry() is null ? files : throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target}: the package holds a file that its list does not name.");
        }
        // Brotli says InvalidOperationException of bytes that are none of its own, tar OverflowException of sizes that no number holds.
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new UpdateRefusedException(UpdateRefusal.Malformed, $"{target}: the package cannot be unpacked: {fault.Message}", fault);
        }
    }

    private static byte[] First(TarReader tar)
    {
        TarEntry? entry = tar.GetNextEntry();
        if (entry is not { EntryType: TarEntryType.RegularFile, Name: PackageFiles.Name, Length: > 0 and <= PackageFiles.MaxBytes, DataStream: not null })
            throw new UpdateRefusedException(UpdateRefusal.Malformed, $"The package does not begin with {PackageFiles.Name}.");
        byte[] list = new byte[entry.Length];
        entry.DataStream.ReadExactly(list);
        return list;
    }

    private static UstarTarEntry Entry(string path, Stream data, bool run) =>
        new(TarEntryType.RegularFile, path) { DataStream = data, Mode = run ? Program : Plain, ModificationTime = DateTimeOffset.UnixEpoch, Uid = 0, Gid = 0, UserName = "", GroupName = "" };
}
