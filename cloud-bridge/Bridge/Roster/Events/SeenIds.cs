namespace Devices.Bridge.Roster.Events;

/// <summary>Ids of the last five minutes, ten thousand at most. An event forgotten here and taken twice only leads to a second reading.</summary>
public sealed class SeenIds(TimeProvider clock)
{
    private const int Most = 10_000;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long At)> _order = new();

    public bool Contains(string id)
    {
        lock (_gate)
        {
            Forget();
            return _seen.ContainsKey(id);
        }
    }

    public void Add(string id)
    {
        lock (_gate)
        {
            Forget();
            long now = clock.GetTimestamp();
            _seen[id] = now;
            _order.Enqueue((id, now));
        }
    }

    private void Forget()
    {
        while (_order.TryPeek(out var oldest) && (_order.Count >= Most || clock.GetElapsedTime(oldest.At) > Life))
        {
            _order.Dequeue();
            // Added again since then, it has a later place in the queue.
            if (_seen.TryGetValue(oldest.Id, out long at) && at == oldest.At) _seen.Remove(oldest.Id);
        }
    }
}
