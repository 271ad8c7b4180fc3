namespace Devices.Bridge.Store;

/// <summary>The transactional outbox. Rows are made by <see cref="IPunchStore.AppendAsync"/> only.</summary>
public interface IOutboxStore
{
    /// <summary>
    /// Takes due rows (pending; waiting or ambiguous whose time has come) and marks them sending, at most one a person and only
    /// that person's earliest open one by the time of the punch (a terminal that was offline may bring the morning after the evening). Held, dead, delivered and skipped rows block nobody.
    /// </summary>
    Task<IReadOnlyList<OutboxItem>> LeaseAsync(long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Writes the outcome of a lease, or HR's decision.</summary>
    Task MarkAsync(long punchId, OutboxChange change, CancellationToken cancellationToken = default);

    /// <summary>At start: rows left in sending by a crash become ambiguous. Returns how many.</summary>
    /// <param name="askFrom">When the platform may be asked about them first (its list may lag), ms since the Unix epoch; 0 at once.</param>
    Task<int> RecoverAsync(long askFrom = 0, CancellationToken cancellationToken = default);

    /// <summary>
    /// Moves dead, held or skipped rows back to pending with no attempts; dead ones that the platform may have after all (it said yes, or
    /// something nobody knows, or an earlier attempt had no answer) to ambiguous, so that it is asked before they are sent. Returns how many changed.
    /// </summary>
    Task<int> ResendAsync(IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default);

    Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds calls to the platform's monthly meter and returns what the month holds for that API so far.</summary>
    Task<long> MeterAsync(string month, string api, int calls, CancellationToken cancellationToken = default);
}
