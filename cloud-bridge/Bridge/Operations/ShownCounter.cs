using Devices.Bridge.Store;

namespace Devices.Bridge.Operations;

/// <summary>
/// Counts as shown what HR's own query gives back, in order of arrival, each punch once: a row that the pages would not show is missing in
/// the count though it is stored.
/// </summary>
public sealed class ShownCounter(IPunchStore punches, ICounterStore counters, TimeProvider clock, ILogger<ShownCounter> log)
    : PeriodicService(TimeSpan.Zero, Every, "Shown punches could not be counted now.", LogLevel.Debug, clock, log)
{
    private const int Portion = 500;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    // A long backlog, after an update, must not hold the readers' processor for itself.
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken) => await StepAsync(cancellationToken) == Portion ? Between : null;

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
