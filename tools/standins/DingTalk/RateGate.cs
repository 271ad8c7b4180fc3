namespace Devices.Standins.DingTalk;

/// <summary>At most N calls in any one second for each API of the app. Refused calls do not use up the allowance.</summary>
internal sealed class RateGate(TimeProvider clock)
{
    private readonly Dictionary<string, Queue<long>> _recent = new(StringComparer.Ordinal);

    public bool TryPass(string api, int perSecond)
    {
        if (!_recent.TryGetValue(api, out var times))
        {
            _recent[api] = times = new();
        }

        var now = clock.GetTimestamp();
        while (times.TryPeek(out var oldest) && clock.GetElapsedTime(oldest, now) >= TimeSpan.FromSeconds(1))
        {
            times.Dequeue();
        }

        if (times.Count >= perSecond)
        {
            return false;
        }

        times.Enqueue(now);
        return true;
    }

    public void Clear() => _recent.Clear();
}
