using System.Collections.Concurrent;

namespace Devices.Bridge.Fleet;

/// <summary>Slows guessing of claims: failures are counted by address; past the limit it waits until the window ends.</summary>
public sealed class EnrolmentLimiter(TimeProvider time)
{
    private const int MaxFailures = 10;
    private const int MaxAddresses = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (int Count, DateTimeOffset Since)> _failures = new(StringComparer.Ordinal);

    /// <summary>Seconds to wait; 0 where the address may try.</summary>
    public int WaitSeconds(string address)
    {
        if (!_failures.TryGetValue(address, out (int Count, DateTimeOffset Since) one)) return 0;
        TimeSpan left = one.Since + Window - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            _failures.TryRemove(address, out _);
            return 0;
        }
        return one.Count < MaxFailures ? 0 : (int)Math.Ceiling(left.TotalSeconds);
    }

    public void CountFailure(string address)
    {
        if (_failures.Count >= MaxAddresses)
            foreach ((string old, (int Count, DateTimeOffset Since) one) in _failures)
                if (one.Since + Window <= time.GetUtcNow()) _failures.TryRemove(old, out _);
        _failures.AddOrUpdate(address, _ => (1, time.GetUtcNow()), (_, one) => (one.Count + 1, one.Since));
    }
}
