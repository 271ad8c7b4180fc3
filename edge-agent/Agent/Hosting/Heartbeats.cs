using System.Collections.Concurrent;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Signs of life of the loops that must not hang. The systemd watchdog is fed only while every one of them was heard within its limit;
/// a loop stuck in native code (camera driver, inference) then ends in a restart instead of a dead terminal.
/// </summary>
public sealed class Heartbeats(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (long At, TimeSpan Limit)> _beats = new(StringComparer.Ordinal);

    /// <summary>Begins to watch a loop; the answer is to be called at each sign of life.</summary>
    public Action Watch(string name, TimeSpan limit)
    {
        _beats[name] = (time.GetTimestamp(), limit);
        return () => _beats[name] = (time.GetTimestamp(), limit);
    }

    /// <summary>No longer watched, since it ended in order.</summary>
    public void Forget(string name) => _beats.TryRemove(name, out _);

    /// <summary>The loops that were not heard within their limit.</summary>
    public IReadOnlyList<string> Silent() => [.. _beats.Where(b => time.GetElapsedTime(b.Value.At) > b.Value.Limit).Select(b => b.Key)];
}
