namespace Devices.Edge.Ledger.Store;

/// <summary>Asks how much room is left.</summary>
public interface IFreeSpace
{
    /// <summary>Bytes that this process may still write on the disk that holds <paramref name="directory"/>.</summary>
    long AvailableBytes(string directory);
}

/// <summary>statvfs(3) through <see cref="DriveInfo"/>.</summary>
public sealed class DriveFreeSpace : IFreeSpace
{
    public long AvailableBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;
}
