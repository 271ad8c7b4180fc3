using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>
/// The month's metered calls, counted in the store before each call so that a crash cannot forget one. Calls that the
/// platform does not count (throttled, never arrived) are given back.
/// </summary>
public sealed class CallBudget(IOutboxStore store, PlatformOptions options, TimeProvider clock)
{
    /// <summary>All metered calls share one allowance, so they are counted under one name.</summary>
    public const string Meter = "metered";

    /// <summary>Takes one call where more than <paramref name="keep"/> are left; null when the budget is used up. The result gives it back.</summary>
    public async Task<string?> TryTakeAsync(IDeliveryTarget target, int keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        string month = target.MeteredMonth(clock.GetUtcNow());
        long used = await store.MeterAsync(month, Meter, 1, cancellationToken);
        if (used <= options.MonthlyCalls - keep) return month;
        await store.MeterAsync(month, Meter, -1, cancellationToken);
        return null;
    }

    /// <summary>Gives back a call that did not count.</summary>
    public Task ReturnAsync(string month, CancellationToken cancellationToken) => store.MeterAsync(month, Meter, -1, cancellationToken);

    /// <summary>Calls made this month.</summary>
    public Task<long> UsedAsync(IDeliveryTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        return store.MeterAsync(target.MeteredMonth(clock.GetUtcNow()), Meter, 0, cancellationToken);
    }
}
