using System.Runtime.InteropServices;

namespace Devices.Bridge;

/// <summary>Makes a rename durable: fsync of the directory that holds the name (fsync(2): syncing the file alone does not).</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void Flush(string directory)
    {
        if (!TryFlush(directory)) throw new IOException($"{directory} cannot be opened or written to the disk ({Marshal.GetLastPInvokeErrorMessage()}).");
    }

    /// <summary>False where the directory cannot be opened or its file system cannot sync it.</summary>
    public static bool TryFlush(string directory)
    {
        // Windows keeps names in its own journal and has no such call.
        if (OperatingSystem.IsWindows()) return true;
        int handle = Open(directory, ReadOnly);
        if (handle < 0) return false;
        bool synced = Sync(handle) == 0;
        _ = Close(handle);
        return synced;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
