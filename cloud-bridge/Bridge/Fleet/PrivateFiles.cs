namespace Devices.Bridge.Fleet;

/// <summary>Files and directories that only the bridge's user may read.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Makes the directory with mode 0700, or tightens the one there is. A new one is there after a power cut, too: what is flushed into it would be lost with its name.</summary>
    /// <exception cref="BridgeStartException">It cannot be made, or belongs to someone else.</exception>
    public static void MakeDirectory(string directory)
    {
        try
        {
            List<string> above = [];
            for (string at = Path.GetFullPath(directory); !Directory.Exists(at) && Path.GetDirectoryName(at) is { } parent; at = parent) above.Add(parent);
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else
            {
                Directory.CreateDirectory(directory, OwnerDirectory);
                File.SetUnixFileMode(directory, OwnerDirectory);
            }
            foreach (string parent in above) _ = DirectorySync.TryFlush(parent);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The directory {directory} cannot be made or belongs to another user ({fault.Message}): choose one of your own with Bridge:Data.", fault);
        }
    }

    /// <summary>Opens a new file for writing, mode 0600; one that lay there is emptied.</summary>
    public static FileStream Create(string file)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        return new(file, options);
    }

    /// <summary>Writes a file whole or not at all: beside it first, to the disk, then renamed, and the rename flushed. Mode 0600 from the first byte.</summary>
    public static void Write(string file, string text)
    {
        string beside = file + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        File.Delete(beside);
        using (FileStream stream = new(beside, options))
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            writer.Write(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, file, overwrite: true);
        _ = DirectorySync.TryFlush(Path.GetDirectoryName(Path.GetFullPath(file))!);
    }
}
