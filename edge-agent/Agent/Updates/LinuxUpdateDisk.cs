using System.Runtime.InteropServices;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Updates;

/// <summary>The real disk.</summary>
public sealed partial class LinuxUpdateDisk : IUpdateDisk
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public bool FileExists(string path) => File.Exists(path);

    public bool FolderExists(string path) => Directory.Exists(path);

    public Stream OpenRead(string path) => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);

    public IReadOnlyList<string> List(string folder) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false }).Select(one => Path.GetRelativePath(folder, one))];

    public string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    public void CreateFolder(string path) => Directory.CreateDirectory(path, Plain | UnixFileMode.UserExecute);

    public IUpdateFile Append(string path, bool run = false) => new LinuxFile(path, run);

    public void Truncate(string path, long length)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.SetLength(length);
        file.Flush(flushToDisk: true);
    }

    // rename(2) itself: File.Move takes a link to a folder for a folder and does not find it.
    public void Rename(string from, string to)
    {
        if (RenameFile(from, to) != 0) throw new IOException($"{from} cannot be renamed to {to} ({Marshal.GetLastPInvokeErrorMessage()}).");
    }

    public void Delete(string path)
    {
        if (Directory.Exists(Path.GetDirectoryName(path))) File.Delete(path);
    }

    public void DeleteTree(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    public void Link(string path, string target) => File.CreateSymbolicLink(path, target);

    public void SyncFolder(string path) => DirectoryFlush.Run(path);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameFile(string from, string to);

    private sealed class LinuxFile(string path, bool run) : IUpdateFile
    {
        private readonly FileStream _file = new(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = run ? Plain | UnixFileMode.UserExecute : Plain,
        });

        public void Write(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

        public void Sync() => _file.Flush(flushToDisk: true);

        public void Dispose() => _file.Dispose();
    }
}
