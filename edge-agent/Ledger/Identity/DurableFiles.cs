using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Ledger.Identity;

/// <summary>Files that are there whole or not at all, also after the power went: written beside, synced, renamed, and the folder synced.</summary>
internal static class DurableFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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
        DirectoryFlush.Run(Path.GetDirectoryName(file)!);
    }
}
