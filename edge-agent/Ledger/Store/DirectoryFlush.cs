using System.Runtime.InteropServices;

namespace Devices.Edge.Ledger.Store;

/// <summary>Makes a new name durable: fsync of the directory that holds it (fsync(2): syncing the file alone does not).</summary>
public static partial class DirectoryFlush
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void Run(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(directory, ReadOnly);
        bool synced = handle >= 0 && Sync(handle) == 0;
        string? why = synced ? null : Marshal.GetLastPInvokeErrorMessage();
        if (handle >= 0) _ = Close(handle);
        if (!synced) throw new IOException($"{directory} cannot be written to the disk ({why}).");
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
