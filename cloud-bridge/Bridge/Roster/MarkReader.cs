using Devices.Bridge.Delivery;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>Reads what events marked, soon after they came and again until it is settled.</summary>
public sealed class MarkReader(RosterService roster, RosterSchedule schedule, IRosterMarks marks, RosterOptions options, TimeProvider clock, ILogger<MarkReader> log) : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _noted = new(0, 1);

    /// <summary>There are new marks.</summary>
    public void Wake()
    {
        try
        {
            _noted.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _noted.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await ReadAsync(stoppingToken)) { }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogError(exception, "What events marked in the roster could not be read; it is tried again.");
                await Task.Delay(TimeSpan.FromSeconds(10), stoppingToken);
            }

            await _noted.WaitAsync(Look, stoppingToken);
        }
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RosterMark> due = await marks.DueAsync(Now, AtOnce, cancellationToken);
        if (due.Count == 0) return false;
        MarkResult result = await roster.ReadAsync(due, cancellationToken);
        if (result.Pull) schedule.Request();
        await marks.SettleAsync(result.Settled, cancellationToken);
        foreach (var group in result.Again.GroupBy(m => m.Attempts))
        {
            TimeSpan wait = BackOff.After(group.Key + 1, options.ReadAgainSeconds, 600);
            await marks.PutOffAsync([.. group], Now + (long)wait.TotalMilliseconds, cancellationToken);
        }

        return true;
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
