namespace Devices.Edge.Ledger.Uplink;

/// <summary>Spaces sends so that no more than a given number of punches leave a second; idle time is not saved up.</summary>
internal sealed class RateGate(int perSecond, TimeProvider time)
{
    private long _freeAt = time.GetTimestamp();

    /// <summary>Waits until <paramref name="count"/> more may go.</summary>
    public async Task PassAsync(int count, CancellationToken cancellation)
    {
        long now = time.GetTimestamp();
        if (_freeAt > now) await Task.Delay(time.GetElapsedTime(now, _freeAt), time, cancellation).ConfigureAwait(false);
        _freeAt = Math.Max(now, _freeAt) + (long)((double)count / perSecond * time.TimestampFrequency);
    }
}
