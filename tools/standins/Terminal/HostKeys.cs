using System.Collections.Concurrent;
using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Keys pressed over HTTP.</summary>
public sealed class HostKeys : IKeys
{
    private readonly ConcurrentQueue<KeyPress> _presses = new();

    public void Press(KeyPress key) => _presses.Enqueue(key);

    public KeyPress Poll(long nowMs) => _presses.TryDequeue(out KeyPress key) ? key : KeyPress.None;
}
