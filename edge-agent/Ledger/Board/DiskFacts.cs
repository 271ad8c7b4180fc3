namespace Devices.Edge.Ledger.Board;

/// <summary>The file system that holds a directory, and the device below it.</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Type">As the kernel calls it: <c>ext4</c>, <c>overlay</c> ….</param>
/// <param name="ReadOnly">Whether it is mounted read-only, by its mount or as a whole.</param>
/// <param name="Synchronous">Whether options weaken what fsync promises (<c>nobarrier</c>, <c>data=writeback</c>); their names, empty for none.</param>
/// <param name="Disk">The whole disk's name below /sys/block, such as <c>mmcblk0</c>; null where there is none (overlay, tmpfs).</param>
/// <param name="IsCard">An SD card: it tells nothing about its wear.</param>
/// <param name="WearPercent">Used life by the device's own estimate, in steps of ten, the worse of its two areas; null where it does not tell.</param>
/// <param name="EndOfLife">eMMC's pre-EOL word: 1 normal, 2 four fifths of the reserve are used, 3 urgent; null where it does not tell.</param>
/// <param name="FileSystemErrors">Errors that ext4 has counted since the last check; null for other file systems.</param>
/// <param name="DeviceErrors">Failed requests that the SCSI layer has counted; null elsewhere.</param>
public sealed record DiskFacts(
    string MountPoint, string Type, bool ReadOnly, string Synchronous, string? Disk, bool IsCard, int? WearPercent, int? EndOfLife, long? FileSystemErrors, long? DeviceErrors)
{
    /// <summary>Size and room; null where statvfs(3) does not answer.</summary>
    public FileSystemRoom? Room { get; init; }

    /// <summary>Errors were found, or the device says that its end is near.</summary>
    public bool IsFailing => FileSystemErrors > 0 || EndOfLife >= 3 || WearPercent > 100;
}

/// <summary>What statvfs(3) says of a file system: bytes, and inodes.</summary>
public sealed record FileSystemRoom(long Bytes, long FreeBytes, long Inodes, long FreeInodes)
{
    /// <summary>Free inodes in percent; null for file systems that make them as needed.</summary>
    public int? InodesFreePercent => Inodes > 0 ? (int)Math.Clamp(FreeInodes * 100 / Inodes, 0, 100) : null;
}
