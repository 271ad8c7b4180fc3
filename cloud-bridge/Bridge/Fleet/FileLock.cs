namespace Devices.Bridge.Fleet;

/// <summary>A lock between processes, held by an open file: the kernel frees it even after a kill -9.</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock; null where another process holds it.</summary>
    public static FileLock? TryTake(string file)
    {
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new(new FileStream(file, options));
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }

    /// <summary>Takes the lock, waiting up to ten seconds for its holder.</summary>
    /// <exception cref="BridgeStartException">It was not freed in time.</exception>
    public static FileLock Wait(string file)
    {
        for (int i = 0; i < 200; i++)
        {
            if (TryTake(file) is { } taken) return taken;
            Thread.Sleep(50);
        }
        throw new BridgeStartException($"{file} is held by another process: wait for it, or stop it.");
    }

    public void Dispose() => _stream.Dispose();
}
