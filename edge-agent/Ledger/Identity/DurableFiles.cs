using System.Runtime.InteropServices;

namespace Devices.Edge.Ledger.Identity;

/// <summary>Files that are there whole or not at all, also after the power went: written beside, synced, renamed, and the folder synced.</summary>
internal static partial class DurableFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadOnly = 0;

    /// <summary>Called before each step that changes the disk, on the thread that makes it: where a test cuts the power.</summary>
    [ThreadStatic]
    private static Action? _step;

    public static void OnEachStep(Action? step) => _step = step;

    public static void Move(string from, string to)
    {
        _step?.Invoke();
        File.Move(from, to, overwrite: true);
    }

    public static void MoveFolder(string from, string to)
    {
        _step?.Invoke();
        Directory.Move(from, to);
    }

    public static void Delete(string file)
    {
        _step?.Invoke();
        File.Delete(file);
    }

    /// <summary>File by file, so that a cut leaves a part of it.</summary>
    public static void DeleteFolder(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)) Delete(file);
        _step?.Invoke();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Mode 0700.</summary>
    public static void MakeFolder(string folder)
    {
        _step?.Invoke();
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerFile | UnixFileMode.UserExecute);
    }

    /// <summary>Mode 0600 from the first byte.</summary>
    public static void Write(string file, string text)
    {
        string beside = file + ".new";
        Delete(beside);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        using (FileStream stream = new(beside, options))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        Move(beside, file);
        SyncFolder(Path.GetDirectoryName(file)!);
    }

    /// <summary>Makes names in a folder durable (fsync(2): syncing a file does not).</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(folder, ReadOnly);
        bool synced = handle >= 0 && Sync(handle) == 0;
        string? why = synced ? null : Marshal.GetLastPInvokeErrorMessage();
        if (handle >= 0) _ = Close(handle);
        if (!synced) throw new IOException($"{folder} cannot be written to the disk ({why}).");
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
