using System.Diagnostics;

namespace Devices.FleetLoad.Machine;

/// <summary>Durations in buckets of 2 % from 10 µs on: any number of them in constant memory, without a lock. Percentiles are the upper ends of their buckets.</summary>
internal sealed class Latencies
{
    private const double Growth = 1.02;
    private const double FirstMs = 0.01;
    private static readonly double LogGrowth = Math.Log(Growth);

    private readonly long[] _buckets = new long[1000];
    private long _count;
    private long _max;

    public long Count => Volatile.Read(ref _count);

    public double MaxMs => Volatile.Read(ref _max) * 1000.0 / Stopwatch.Frequency;

    public void Add(long ticks)
    {
        double ms = ticks * 1000.0 / Stopwatch.Frequency;
        int bucket = ms <= FirstMs ? 0 : Math.Min(_buckets.Length - 1, (int)(Math.Log(ms / FirstMs) / LogGrowth) + 1);
        Interlocked.Increment(ref _buckets[bucket]);
        Interlocked.Increment(ref _count);
        for (long seen = Volatile.Read(ref _max); ticks > seen;)
        {
            long before = Interlocked.CompareExchange(ref _max, ticks, seen);
            if (before == seen) break;
            seen = before;
        }
    }

    /// <summary>The duration, ms, that a share of 0..1 of all lies below; 0 where there is none.</summary>
    public double At(double share)
    {
        long wanted = (long)Math.Ceiling(share * Count), passed = 0;
        if (Count == 0) return 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            passed += Volatile.Read(ref _buckets[i]);
            if (passed >= wanted) return Math.Min(FirstMs * Math.Pow(Growth, i), MaxMs);
        }

        return MaxMs;
    }
}
