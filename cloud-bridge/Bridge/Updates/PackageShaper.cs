using System.Collections.Concurrent;

namespace Devices.Bridge.Updates;

/// <summary>Limits what packages take of the line: per terminal, in all, and how many are sent at a time. Punches never wait for a package.</summary>
public sealed class PackageShaper(UpdateOptions options, TimeProvider time)
{
    private readonly Bucket _all = new(options.TotalKiBPerSecond * 1024L);
    private readonly ConcurrentDictionary<string, Bucket> _terminals = new(StringComparer.Ordinal);
    private int _open;

    /// <summary>Whether one more may be sent now; <see cref="Leave"/> when it is through.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= options.MaxDownloads) return true;
        Interlocked.Decrement(ref _open);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>Waits until so many bytes may go to that terminal.</summary>
    public async Task WaitAsync(string terminal, int bytes, CancellationToken cancellationToken)
    {
        TimeSpan own = _terminals.GetOrAdd(terminal, _ => new(options.TerminalKiBPerSecond * 1024L)).Take(bytes, time), all = _all.Take(bytes, time);
        TimeSpan wait = own > all ? own : all;
        if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait, time, cancellationToken);
    }

    // How long to wait until these bytes are due; up to a second of rest is saved up.
    private sealed class Bucket(long perSecond)
    {
        private readonly Lock _gate = new();
        private long _paidUntil = long.MinValue;

        public TimeSpan Take(int bytes, TimeProvider time)
        {
            lock (_gate)
            {
                long now = time.GetTimestamp(), second = time.TimestampFrequency;
                long from = Math.Max(_paidUntil, now - second);
                _paidUntil = from + (long)((double)bytes / perSecond * second);
                return _paidUntil <= now ? TimeSpan.Zero : time.GetElapsedTime(now, _paidUntil);
            }
        }
    }
}
