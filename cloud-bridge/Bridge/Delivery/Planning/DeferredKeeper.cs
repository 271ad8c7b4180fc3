using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Planning;

/// <summary>Brings deferred punches back: last-outs when their day is over, the others as the month's calls allow, oldest first.</summary>
public sealed class DeferredKeeper(
    ISendPlanStore store, BudgetWatch watch, IPlatformTarget target, DeliveryStatus status, PlatformOptions options, TimeProvider clock, ILogger<DeferredKeeper> log) : BackgroundService
{
    private const int Together = 500;

    /// <summary>One look. Returns how many are pending again.</summary>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        int released = await store.ReleaseDueAsync(now.ToUnixTimeMilliseconds(), Together, cancellationToken);
        // What the platform will not take any more becomes a dead letter that somebody sees.
        released += await store.ReleaseOldAsync((now - target.Window).ToUnixTimeMilliseconds(), Together, cancellationToken);
        long spare = await watch.SpareAsync(cancellationToken);
        // Under a policy that leaves them out they are judged again and skipped.
        if (options.Sends == SendPolicy.FirstLast) spare = Together;
        if (spare > 0) released += await store.ReleaseSavedAsync((int)Math.Min(spare, Together), cancellationToken);
        if (released > 0) status.Wake();
        return released;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(options.PlanSeconds), clock);
        bool first = true;
        try
        {
            do
            {
                try
                {
                    // Settings may have changed: at the start what waits for a day's end is judged anew.
                    while (first && await store.ReleaseDueAsync(long.MaxValue, Together, stoppingToken) == Together) await Task.Yield();
                    first = false;
                    await LookAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    log.LogError(exception, "Deferred punches could not be looked at; the next look tries again.");
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the rows wait where they are.
        }
    }
}
