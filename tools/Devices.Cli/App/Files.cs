using System.Runtime.InteropServices;
using System.Text;

namespace Devices.Cli.App;

/// <summary>Writes that survive a power cut: a file is complete under its name or not there.</summary>
public static partial class Files
{
    public const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Public = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    public const UnixFileMode Private = Secret | UnixFileMode.UserExecute;

    /// <summary>Writes beside the target, flushes, renames. The file never exists with wider rights than <paramref name="mode"/>.</summary>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // Windows gives a file its folder's rights.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, mode);
        File.Move(temporary, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public static void WriteAtomically(string path, string content, UnixFileMode mode) => WriteAtomically(path, Encoding.UTF8.GetBytes(content), mode);

    /// <summary>Makes a rename in <paramref name="directory"/> durable. File systems that cannot are left as they are.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(directory, 0);
        if (handle < 0) return;
        _ = Flush(handle);
        _ = Close(handle);
    }

    /// <summary>Takes a lock file for the length of a command.</summary>
    /// <exception cref="CliException"><see cref="ExitCodes.Busy"/> where another process holds it.</exception>
    public static FileStream Lock(string path, string what)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None,
            });
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new CliException(ExitCodes.Busy, $"Another run of `devices` is at work on {what}.", inner: e);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
