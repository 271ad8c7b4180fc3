using System.Runtime.InteropServices;

namespace Devices.Bridge.Delivery.Targets.CsvDrop;

/// <summary>Makes a rename durable: fsync of the directory that holds the name (fsync(2): syncing the file alone does not).</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void Flush(string directory)
    {
        // Windows keeps names in its own journal and has no such call.
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(directory, ReadOnly);
        if (handle < 0) throw new IOException($"{directory} cannot be opened ({Marshal.GetLastPInvokeErrorMessage()}).");
        try
        {
            if (Sync(handle) != 0) throw new IOException($"{directory} cannot be written to the disk ({Marshal.GetLastPInvokeErrorMessage()}).");
        }
        finally
        {
            _ = Close(handle);
        }
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
