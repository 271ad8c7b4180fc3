namespace Devices.Bridge;

/// <summary>
/// Something looked at again and again, for as long as the bridge runs: what fails is logged and tried again at the next look, and stopping
/// is quiet. It rests between looks, so that a slow one is not followed at once by the next.
/// </summary>
/// <param name="first">Rest before the first look.</param>
/// <param name="every">Rest between looks, unless a look says otherwise.</param>
/// <param name="failed">The sentence for the log where a look fails.</param>
/// <param name="level">From <see cref="LogLevel.Error"/> on the fault is logged whole, for somebody has to find it; below, its message.</param>
public abstract class PeriodicService(TimeSpan first, TimeSpan every, string failed, LogLevel level, TimeProvider clock, ILogger log) : BackgroundService
{
    protected TimeProvider Clock { get; } = clock;

    protected ILogger Log { get; } = log;

    /// <summary>One look. Returns how long to rest; null for the usual time.</summary>
    protected abstract Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan rest = first;
        while (true)
        {
            await Task.Delay(rest, Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            rest = every;
            try
            {
                rest = await WorkAsync(stoppingToken) ?? every;
            }
            catch (Exception fault)
            {
                // Whatever a look was doing when the bridge was told to stop.
                if (stoppingToken.IsCancellationRequested) return;
                Log.Log(level, level >= LogLevel.Error ? fault : null, "{Failed} ({Fault})", failed, fault.Message);
            }
        }
    }
}
