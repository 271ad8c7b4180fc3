using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>A punch of a person's day, with a trusted time.</summary>
public sealed record DayEntry(long PunchId, long At, PunchDirection Direction);

/// <summary>What the plan of spending calls asks the store. All of it concerns the platform's rows.</summary>
public interface ISendPlanStore
{
    /// <summary>A person's punches with <paramref name="start"/> ≤ at &lt; <paramref name="until"/> whose time is trusted (or was confirmed by HR).</summary>
    Task<IReadOnlyList<DayEntry>> DayAsync(string person, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>Deferred rows whose time has come are pending again. Returns how many, at most <paramref name="limit"/>.</summary>
    Task<int> ReleaseDueAsync(long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>The oldest rows that wait for budget are pending again, at most <paramref name="limit"/>. Returns how many.</summary>
    Task<int> ReleaseSavedAsync(int limit, CancellationToken cancellationToken = default);

    /// <summary>Rows older than <paramref name="before"/> that wait for budget are pending again: nobody could take them later. Returns how many.</summary>
    Task<int> ReleaseOldAsync(long before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Deferred rows by reason.</summary>
    Task<IReadOnlyDictionary<string, long>> DeferredAsync(CancellationToken cancellationToken = default);
}
