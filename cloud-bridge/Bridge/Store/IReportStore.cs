namespace Devices.Bridge.Store;

/// <summary>A calendar day at the site: [start, until) in ms since the Unix epoch.</summary>
public sealed record SiteDay(string Day, long StartAt, long UntilAt);

/// <summary>What the views for other systems need beside what is stored anyway.</summary>
public interface IReportStore
{
    /// <summary>Makes the table of days hold these for this zone; days of another zone go.</summary>
    Task SetDaysAsync(string zone, IReadOnlyList<SiteDay> days, CancellationToken cancellationToken = default);

    /// <summary>Time of the earliest punch at or after a moment, ms since the Unix epoch; null where there is none.</summary>
    Task<long?> EarliestAsync(long from, CancellationToken cancellationToken = default);
}
