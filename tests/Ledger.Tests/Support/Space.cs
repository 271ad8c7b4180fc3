using Devices.Edge.Ledger.Store;

namespace Devices.Ledger.Tests.Support;

internal sealed class Space(long bytes) : IFreeSpace
{
    public long Bytes { get; set; } = bytes;
    public long AvailableBytes(string directory) => Bytes;
}
