using Devices.Bridge.Store;

namespace Devices.Bridge.Operations;

/// <summary>
/// Counts as shown what HR's own query gives back, in order of arrival, each punch once: a row that the pages would not show is missing in
/// the count though it is stored.
/// </summary>
public sealed class ShownCounter(IPunchStore punches, ICounterStore counters, ILogger<ShownCounter> log) : BackgroundService
{
    private const int Portion = 500;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoopAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task LoopAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every);
        do
        {
            try
            {
                while (await StepAsync(stoppingToken) == Portion)
                {
                    // A long backlog, after an update, must not hold the readers' processor for itself.
                    await Task.Delay(TimeSpan.FromMilliseconds(20), stoppingToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException) // a count must not stop the bridge
            {
                log.LogDebug("Shown punches could not be counted now: {Fault}", fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Counts one portion; returns how many punches it held.</summary>
    public async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        long from = await counters.ShownThroughAsync(cancellationToken);
        IReadOnlyList<StoredPunch> rows = await punches.ListAfterAsync(SiteScope.All, from, Portion, cancellationToken);
        if (rows.Count == 0) return 0;
        Dictionary<string, int> shown = rows.GroupBy(row => row.Punch.Terminal, StringComparer.Ordinal).ToDictionary(one => one.Key, one => one.Count(), StringComparer.Ordinal);
        await counters.AddShownAsync(from, rows[^1].Id, shown, cancellationToken);
        return rows.Count;
    }
}
