using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Planning;

/// <summary>Brings deferred punches back: last-outs when their day is over, the others as the month's calls allow, oldest first.</summary>
public sealed class DeferredKeeper(
    ISendPlanStore store, BudgetWatch watch, IPlatformTarget target, DeliveryStatus status, PlatformOptions options, TimeProvider clock, ILogger<DeferredKeeper> log)
    : PeriodicService(TimeSpan.Zero, TimeSpan.FromSeconds(options.PlanSeconds), "Deferred punches could not be looked at; the next look tries again.", LogLevel.Error, clock, log)
{
    private const int Together = 500;

    private bool _judgedAnew;

    /// <summary>One look. Returns how many are pending again.</summary>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = Clock.GetUtcNow();
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

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        // Settings may have changed: at the start what waits for a day's end is judged anew.
        while (!_judgedAnew && await store.ReleaseDueAsync(long.MaxValue, Together, cancellationToken) == Together) await Task.Yield();
        _judgedAnew = true;
        await LookAsync(cancellationToken);
        return null;
    }
}
