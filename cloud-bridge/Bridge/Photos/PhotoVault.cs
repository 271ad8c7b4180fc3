using System.Security.Cryptography;
using Devices.Bridge.Fleet;

namespace Devices.Bridge.Photos;

/// <summary>
/// Photos on disk, named by what they contain: <c>photos/ab/cd/abcd….jpg</c>. A file is written beside its place, flushed, renamed and the
/// rename flushed, so that a name always stands for the whole picture. Mode 0600 in directories of mode 0700.
/// </summary>
public sealed class PhotoVault(string root)
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Root { get; } = root;

    /// <summary>Where a picture lies or would lie. <paramref name="sha256"/> is 64 lower-case hex digits, checked by the caller.</summary>
    public string PathOf(string sha256) => Path.Combine(Root, sha256[..2], sha256[2..4], sha256 + ".jpg");

    /// <summary>Writes a picture durably; nothing to do where the very same one is there.</summary>
    /// <exception cref="IOException">The disk is full or fails; nothing is left but a temporary file that the sweep removes.</exception>
    public async Task WriteAsync(string sha256, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        string file = PathOf(sha256);
        // What lies there is compared: a file that the disk damaged is mended by the next copy that comes.
        if (File.Exists(file) && await ReadAsync(sha256, cancellationToken) is not null) return;
        string folder = Path.GetDirectoryName(file)!;
        bool fresh = !Directory.Exists(folder);
        PrivateFiles.MakeDirectory(Root);
        PrivateFiles.MakeDirectory(Path.GetDirectoryName(folder)!);
        PrivateFiles.MakeDirectory(folder);
        string beside = $"{file}.{Guid.NewGuid():N}.new";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Mine;
            await using (FileStream stream = new(beside, options))
            {
                await stream.WriteAsync(picture, cancellationToken);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, file, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
        _ = DirectorySync.TryFlush(folder);
        if (!fresh) return;
        _ = DirectorySync.TryFlush(Path.GetDirectoryName(folder)!);
        _ = DirectorySync.TryFlush(Root);
    }

    /// <summary>The picture; null where it is not there or is no longer what its name says.</summary>
    public async Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            byte[] picture = await File.ReadAllBytesAsync(PathOf(sha256), cancellationToken);
            return Convert.ToHexStringLower(SHA256.HashData(picture)) == sha256 ? picture : null;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes the file; nothing where it is gone.</summary>
    public void Delete(string sha256)
    {
        string file = PathOf(sha256);
        if (!File.Exists(file)) return;
        File.Delete(file);
        _ = DirectorySync.TryFlush(Path.GetDirectoryName(file)!);
    }

    /// <summary>Every file that is older than <paramref name="before"/>, with the SHA-256 of its name; null where it is a left-over of a crash.</summary>
    public IEnumerable<(string File, string? Sha256)> Files(DateTimeOffset before)
    {
        if (!Directory.Exists(Root)) yield break;
        foreach (string file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            if (File.GetLastWriteTimeUtc(file) > before.UtcDateTime) continue;
            string name = Path.GetFileName(file);
            yield return (file, name.Length == 68 && name.EndsWith(".jpg", StringComparison.Ordinal) ? name[..64] : null);
        }
    }
}
