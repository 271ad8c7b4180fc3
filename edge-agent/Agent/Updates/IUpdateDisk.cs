namespace Devices.Edge.Agent.Updates;

/// <summary>
/// Every way in which updater and launcher touch the disk: the seam at which a test kills them at each write. Paths are absolute. Nothing is durable before its file and its
/// folder were synced.
/// </summary>
public interface IUpdateDisk
{
    bool FileExists(string path);

    bool FolderExists(string path);

    /// <exception cref="IOException">It is not there.</exception>
    Stream OpenRead(string path);

    /// <summary>Files below a folder, relative, with <c>/</c>; links count as files. Empty where it is not there.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Where a symbolic link points; null where there is none.</summary>
    string? ReadLink(string path);

    long FreeBytes(string folder);

    /// <summary>One folder; the one above it must be there.</summary>
    void CreateFolder(string path);

    /// <summary>A new file, or the end of one that is there.</summary>
    IUpdateFile Append(string path, bool run = false);

    void Truncate(string path, long length);

    /// <summary>Replaces what stands under the new name.</summary>
    void Rename(string from, string to);

    /// <summary>A file or link; nothing where there is none.</summary>
    void Delete(string path);

    void DeleteTree(string path);

    void Link(string path, string target);

    void SyncFolder(string path);
}

/// <summary>A file being written.</summary>
public interface IUpdateFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes);

    void Sync();
}
