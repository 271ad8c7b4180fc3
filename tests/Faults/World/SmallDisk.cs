using System.Globalization;
using Devices.Faults.Net;

namespace Devices.Faults.World;

/// <summary>A small file system of its own (tmpfs) for one part's data, which can be filled and emptied.</summary>
internal sealed class SmallDisk
{
    private readonly string _folder;
    private readonly string _ballast;

    private SmallDisk(string folder) => (_folder, _ballast) = (folder, Path.Combine(folder, ".ballast"));

    public static async Task<SmallDisk> Mount(string folder, int mebibytes, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        await Shell.Run(string.Create(CultureInfo.InvariantCulture, $"mount -t tmpfs -o size={mebibytes}m,mode=0700 devices-faults '{folder}'"), stop).ConfigureAwait(false);
        return new(folder);
    }

    /// <summary>Another size; what lies on it stays.</summary>
    public Task Resize(int mebibytes, CancellationToken stop) => Shell.Run(string.Create(CultureInfo.InvariantCulture, $"mount -o remount,size={mebibytes}m '{_folder}'"), stop);

    /// <summary>Leaves so much room and no more.</summary>
    public void Fill(long leaveBytes)
    {
        Free();
        // Whoever works on it takes room meanwhile.
        for (int tries = 0; tries < 20; tries++)
        {
            long free = new DriveInfo(_folder).AvailableFreeSpace;
            if (free <= leaveBytes) return;
            try
            {
                using FileStream file = new(_ballast, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = free - leaveBytes });
                return;
            }
            catch (IOException)
            {
                Free();
            }
        }
    }

    public void Free() => File.Delete(_ballast);

    public async Task Unmount()
    {
        // Lazily: a process that was killed may not be quite gone.
        await Shell.Run($"umount -l '{_folder}'", CancellationToken.None).ConfigureAwait(false);
    }
}
