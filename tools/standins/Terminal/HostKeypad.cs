using System.Collections.Concurrent;
using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>The keypad, typed over HTTP.</summary>
public sealed class HostKeypad : IKeypad
{
    private readonly ConcurrentQueue<char> _keys = new();

    public void Type(string keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (char key in keys) _keys.Enqueue(key);
    }

    public char Poll(long nowMs) => _keys.TryDequeue(out char key) ? key : '\0';
}
