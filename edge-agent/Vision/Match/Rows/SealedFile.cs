using System.Security.Cryptography;

namespace Devices.Edge.Vision.Match.Rows;

/// <summary>
/// A private working file for the floats of a large gallery. It has no name from the moment it is open (on Unix), mode
/// 0600, and holds ciphertext under a key that only this process ever has: after the process's end, however it ends,
/// nothing of it can be read and its space is free again. It is cut in regions of one segment each.
/// </summary>
internal sealed class SealedFile : IDisposable
{
    private const string Prefix = ".gallery-";
    private readonly FileStream _stream;
    private readonly byte[] _key;
    private readonly int _regionBytes;
    private readonly Stack<long> _free = [];
    private long _end;

    private SealedFile(FileStream stream, byte[] key, int regionBytes)
    {
        _stream = stream;
        _key = key;
        _regionBytes = regionBytes;
    }

    /// <exception cref="IOException">The directory cannot take a file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    internal static SealedFile Create(string directory, int regionBytes)
    {
        Tidy(directory);
        var path = Path.Combine(directory, $"{Prefix}{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.RandomAccess | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(path, options);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            var key = GC.AllocateUninitializedArray<byte>(32, pinned: true);
            RandomNumberGenerator.Fill(key);
            return new SealedFile(stream, key, regionBytes) { LiesInMemory = IsMemory(directory) };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The directory is no disk but memory that looks like one, so that nothing is saved.</summary>
    internal bool LiesInMemory { get; private init; }

    internal AesGcm CreateCipher() => new(_key, 16);

    /// <summary>A region, with its space taken from the disk now: a full disk is found here and not at a later enrolment.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal long Reserve()
    {
        if (_free.TryPop(out var free))
        {
            return free;
        }

        var zeros = new byte[64 * 1024];
        for (var at = 0; at < _regionBytes; at += zeros.Length)
        {
            RandomAccess.Write(_stream.SafeFileHandle, zeros.AsSpan(0, Math.Min(zeros.Length, _regionBytes - at)), _end + at);
        }

        var region = _end;
        _end += _regionBytes;
        return region;
    }

    internal void Release(long region) => _free.Push(region);

    internal void Write(long at, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_stream.SafeFileHandle, bytes, at);
        }
        catch (IOException fault)
        {
            throw new GalleryStorageException($"The gallery's working file cannot be written: {fault.Message}", fault);
        }
    }

    internal void Read(long at, Span<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                var read = RandomAccess.Read(_stream.SafeFileHandle, bytes, at);
                if (read == 0)
                {
                    throw new EndOfStreamException("it ends too early.");
                }

                bytes = bytes[read..];
                at += read;
            }
        }
        catch (IOException fault)
        {
            throw new GalleryStorageException($"The gallery's working file cannot be read: {fault.Message} Start the agent again: it makes a new one.", fault);
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        _stream.Dispose();
    }

    // What a process left that died between making its file and taking the name away: nothing that anybody could read.
    private static void Tidy(string directory)
    {
        foreach (var left in Directory.EnumerateFiles(directory, Prefix + "*"))
        {
            try
            {
                File.Delete(left);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Where open files cannot be deleted it may be in use; it only takes room.
            }
        }
    }

    private static bool IsMemory(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).DriveFormat is "tmpfs" or "ramfs";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
