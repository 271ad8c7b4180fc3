using System.Collections.Concurrent;
using Devices.FleetLoad.Machine;

namespace Devices.FleetLoad.Terminals;

/// <summary>What happened in one span of time, counted by all terminals.</summary>
internal sealed class Tally
{
    private long _punches;
    private long _publishes;
    private long _refused;
    private long _lost;
    private long _pauses;

    /// <summary>From a publish of punches to its PUBACK: the time that the bridge takes to commit.</summary>
    public Latencies Acknowledged { get; } = new();

    /// <summary>From the punch to the watermark that covers it, with all waiting on the terminal.</summary>
    public Latencies Durable { get; } = new();

    /// <summary>Punches below a watermark whose chain is the terminal's own.</summary>
    public long Punches => Volatile.Read(ref _punches);

    /// <summary>Publishes of punches that were answered with success.</summary>
    public long Publishes => Volatile.Read(ref _publishes);

    /// <summary>Publishes answered "send again later", or refused otherwise.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Links that ended by themselves.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Pauses that the bridge asked for.</summary>
    public long Pauses => Volatile.Read(ref _pauses);

    /// <summary>Why links failed or messages were refused: how often each.</summary>
    public ConcurrentDictionary<string, int> Reasons { get; } = new(StringComparer.Ordinal);

    public void AddPunches(int count) => Interlocked.Add(ref _punches, count);

    public void AddPublish(long ticks)
    {
        Interlocked.Increment(ref _publishes);
        Acknowledged.Add(ticks);
    }

    public void AddRefused(string why)
    {
        Interlocked.Increment(ref _refused);
        Reason(why);
    }

    public void AddLost(string why)
    {
        Interlocked.Increment(ref _lost);
        Reason(why);
    }

    public void AddPause() => Interlocked.Increment(ref _pauses);

    private void Reason(string why)
    {
        // A few kinds, not one a terminal.
        string kind = why.Length > 90 ? why[..90] + "…" : why;
        if (Reasons.Count < 50 || Reasons.ContainsKey(kind)) Reasons.AddOrUpdate(kind, 1, (_, n) => n + 1);
    }
}
