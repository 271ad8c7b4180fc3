using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace Devices.Bridge.Store.Backup;

/// <summary>The file of a backup: a tar archive of the parts, the manifest last. Mode 0600: it holds the root key.</summary>
internal static class BackupFile
{
    public const string ManifestName = "manifest.json";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes beside the target first, to the disk, then renames: there is never half a backup under the name.</summary>
    public static async Task<BackupManifest> WriteAsync(string to, IEnumerable<(string Name, string File)> parts, Func<List<BackupPart>, BackupManifest> describe, CancellationToken cancellationToken)
    {
        string beside = to + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        File.Delete(beside);
        try
        {
            BackupManifest manifest;
            await using (FileStream stream = new(beside, options))
            {
                await using (TarWriter tar = new(stream, TarEntryFormat.Pax, leaveOpen: true))
                {
                    List<BackupPart> written = [];
                    foreach ((string name, string file) in parts)
                    {
                        // What is gone meanwhile (a photo whose time is over) is not missed.
                        if (!File.Exists(file)) continue;
                        await using Stream part = await OpenAsync(file, cancellationToken);
                        written.Add(new(name, part.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(part, cancellationToken))));
                        part.Position = 0;
                        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = Owner, DataStream = part }, cancellationToken);
                    }
                    manifest = describe(written);
                    using MemoryStream text = new(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));
                    await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, ManifestName) { Mode = Owner, DataStream = text }, cancellationToken);
                }
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, to, overwrite: false);
            _ = DirectorySync.TryFlush(Path.GetDirectoryName(Path.GetFullPath(to))!);
            return manifest;
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Unpacks into an empty directory and compares every part with the manifest.</summary>
    /// <exception cref="BridgeStartException">The file is no backup, was cut off, or holds something else than its manifest says.</exception>
    public static async Task<BackupManifest> ReadAsync(string file, string directory, CancellationToken cancellationToken)
    {
        Dictionary<string, BackupPart> found = new(StringComparer.Ordinal);
        BackupManifest? manifest = null;
        try
        {
            await using FileStream stream = File.OpenRead(file);
            await using TarReader tar = new(stream);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (manifest is not null) throw Faulty(file, "something follows its manifest");
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsPlain(entry.Name)) throw Faulty(file, $"it has the entry '{entry.Name}', which no backup has");
                if (entry.Name == ManifestName)
                {
                    manifest = await JsonSerializer.DeserializeAsync(entry.DataStream ?? Stream.Null, BackupJson.Default.BackupManifest, cancellationToken);
                    continue;
                }
                BackupPart part = await UnpackAsync(entry, Path.Combine(directory, entry.Name), cancellationToken);
                if (!found.TryAdd(part.Name, part)) throw Faulty(file, $"it holds {part.Name} twice");
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or JsonException or FormatException or OverflowException)
        {
            throw Faulty(file, $"it cannot be read to its end ({fault.Message.TrimEnd('.')})", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"{file} cannot be read: {fault.Message}", fault);
        }
        if (manifest is not { Parts: not null, Rows: not null, Ledgers: not null } || manifest.Parts.Any(one => one?.Name is null)) throw Faulty(file, "it has no manifest: it was cut off, or is something else");
        if (manifest.Format != 1) throw new BridgeStartException($"{file} has the format {manifest.Format}, and this program knows 1: use the version that made it, or a later one.");
        foreach (BackupPart part in manifest.Parts)
            if (!found.TryGetValue(part.Name, out BackupPart? there)) throw Faulty(file, $"{part.Name} is missing");
            else if (there != part) throw Faulty(file, $"{part.Name} is not what was backed up");
        if (found.Keys.Except(manifest.Parts.Select(one => one.Name)).FirstOrDefault() is { } more) throw Faulty(file, $"it holds {more}, which its manifest does not name");
        return manifest;
    }

    // Small files are read once: a running bridge may rewrite them, and hash and content must be of the same moment.
    private static async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken) => new FileInfo(file).Length < 16 * 1024 * 1024
        ? new MemoryStream(await File.ReadAllBytesAsync(file, cancellationToken), writable: false)
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static async Task<BackupPart> UnpackAsync(TarEntry entry, string target, CancellationToken cancellationToken)
    {
        string? folder = Path.GetDirectoryName(target);
        if (folder is not null) Directory.CreateDirectory(folder);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        await using FileStream part = new(target, options);
        if (entry.DataStream is { } data) await data.CopyToAsync(part, cancellationToken);
        part.Flush(flushToDisk: true);
        part.Position = 0;
        return new(entry.Name, part.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(part, cancellationToken)));
    }

    // Nothing may land beside the directory.
    private static bool IsPlain(string name) => name.Length is > 0 and < 200 && !Path.IsPathRooted(name) && !name.Any(char.IsControl) && !name.Contains('\\', StringComparison.Ordinal)
        && name.Split('/').All(one => one is not ("" or "." or ".."));

    private static BridgeStartException Faulty(string file, string what, Exception? inner = null) =>
        new($"{file} is not a sound backup: {what}. Use another copy.", inner!);
}
