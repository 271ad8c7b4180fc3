using System.Collections.Concurrent;
using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Cards held at the reader over HTTP.</summary>
public sealed class HostCardReader : ICardReader
{
    private readonly ConcurrentQueue<string> _uids = new();

    public void Hold(string uid) => _uids.Enqueue(uid);

    public string? Poll(long nowMs) => _uids.TryDequeue(out string? uid) ? uid : null;

    public bool TakeDamaged() => false;
}
