using Devices.Edge.Agent.Gallery;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Secrets;

/// <summary>Files that hold a secret: mode 0600, written whole or not at all.</summary>
public static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the file; where it is missing, makes it first (temporary file, fsync, rename, fsync of the folder).</summary>
    /// <exception cref="GalleryException">One sentence: it cannot be read or others may read it.</exception>
    public static byte[] ReadOrCreate(string path, Func<byte[]> make, string what)
    {
        try
        {
            if (!File.Exists(path))
            {
                string fresh = path + ".new";
                File.Delete(fresh);
                FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
                using (FileStream file = new(fresh, options))
                {
                    file.Write(make());
                    file.Flush(flushToDisk: true);
                }

                File.Move(fresh, path, overwrite: false);
                // What is sealed with it soon must not outlive it.
                DirectoryFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }

            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & ~OwnerOnly) != 0)
            {
                // Repaired rather than refused: a copied state directory often loses its modes, and a dead terminal helps nobody.
                File.SetUnixFileMode(path, OwnerOnly);
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException($"The file {path} with {what} cannot be read or made: {fault.Message}", fault);
        }
    }

    /// <summary>Puts other contents in the file's place, whole or not at all.</summary>
    /// <exception cref="GalleryException">It cannot be written; the old contents stay.</exception>
    public static void Replace(string path, byte[] contents)
    {
        string fresh = path + ".new";
        try
        {
            File.Delete(fresh);
            using (FileStream file = new(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                file.Write(contents);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
            DirectoryFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException($"The file {path} cannot be written: {fault.Message} It was left as it is.", fault);
        }
    }
}
