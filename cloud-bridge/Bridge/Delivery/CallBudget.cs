using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>What a metered call is made for.</summary>
public enum CallKind
{
    Upload,

    /// <summary>The record list, for punches in doubt and for delivered ones.</summary>
    Proof,

    /// <summary>The record list, for the nightly comparison.</summary>
    Reconciliation,

    /// <summary>The platform's own plan of who works when.</summary>
    Schedule,
}

/// <summary>One counted call, to be given back where the platform did not count it.</summary>
/// <param name="First">Whether it was for a first-in: the measure of what a working day takes.</param>
public sealed record CallTicket(string Month, string Day, CallKind Kind, bool First);

/// <summary>
/// The month's metered calls, counted in the store before each call so that a crash cannot forget one. Calls that the
/// platform does not count (throttled, never arrived) are given back.
/// </summary>
public sealed class CallBudget(ICallStore store, PlatformOptions options, TimeProvider clock)
{
    /// <summary>All metered calls share one allowance: the sum of all kinds.</summary>
    public const string Meter = "metered";

    /// <summary>Name of the day's count of first-ins.</summary>
    public const string Firsts = "first";

    /// <summary>Calls that uploads leave for questions about punches in doubt and for reconciliation.</summary>
    public int Reserve => options.Reserve;

    /// <summary>Name of a kind in the store, pages and API.</summary>
    public static string Name(CallKind kind) => kind switch { CallKind.Upload => "upload", CallKind.Proof => "proof", CallKind.Schedule => "schedule", _ => "reconciliation" };

    /// <summary>Takes one call where more than <paramref name="keep"/> are left; null when the budget is used up.</summary>
    public async Task<CallTicket?> TryTakeAsync(IPlatformTarget target, CallKind kind, int keep, bool first, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        string month = target.MeteredMonth(clock.GetUtcNow()), day = target.MeteredDay(clock.GetUtcNow());
        return await store.TakeAsync(month, Name(kind), options.MonthlyCalls - keep, first ? day : null, cancellationToken) ? new(month, day, kind, first) : null;
    }

    /// <summary>Gives back a call that did not count.</summary>
    public Task ReturnAsync(CallTicket ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return store.ReturnAsync(ticket.Month, Name(ticket.Kind), ticket.First ? ticket.Day : null, cancellationToken);
    }

    /// <summary>Calls made this month.</summary>
    public async Task<long> UsedAsync(IPlatformTarget target, CancellationToken cancellationToken) =>
        (await CallsAsync(target, cancellationToken)).GetValueOrDefault(Meter);

    /// <summary>Calls made this month by kind, and all of them under <see cref="Meter"/>.</summary>
    public Task<IReadOnlyDictionary<string, long>> CallsAsync(IPlatformTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        return store.CallsAsync(target.MeteredMonth(clock.GetUtcNow()), cancellationToken);
    }
}
