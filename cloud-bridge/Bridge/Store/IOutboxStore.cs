namespace Devices.Bridge.Store;

/// <summary>The transactional outbox. Rows are made by <see cref="IPunchStore.AppendAsync"/> only.</summary>
public interface IOutboxStore
{
    /// <summary>
    /// Takes due rows (pending; waiting or ambiguous whose time has come) and marks them sending, at most one a person and only
    /// that person's oldest open one, so that order per person is kept. Held, dead, delivered and skipped rows block nobody.
    /// </summary>
    Task<IReadOnlyList<OutboxItem>> LeaseAsync(long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Writes the outcome of a lease, or HR's decision.</summary>
    Task MarkAsync(long punchId, OutboxChange change, CancellationToken cancellationToken = default);

    /// <summary>At start: rows left in sending by a crash become ambiguous. Returns how many.</summary>
    Task<int> RecoverAsync(CancellationToken cancellationToken = default);

    /// <summary>Moves dead, held or skipped rows back to pending with no attempts. Returns how many changed.</summary>
    Task<int> ResendAsync(IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default);

    Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds calls to the platform's monthly meter and returns what the month holds for that API so far.</summary>
    Task<long> MeterAsync(string month, string api, int calls, CancellationToken cancellationToken = default);
}
