using Devices.Bridge.Store;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>The real outbox on a disk that is full for a number of writes of outcomes.</summary>
internal sealed class FailingOutbox(IOutboxStore inner) : IOutboxStore
{
    private int _left;

    public void FailNext(int writes) => Volatile.Write(ref _left, writes);

    public int Left => Math.Max(0, Volatile.Read(ref _left));

    public Task<IReadOnlyList<OutboxItem>> LeaseAsync(long now, int limit, CancellationToken cancellationToken = default) => inner.LeaseAsync(now, limit, cancellationToken);

    public Task MarkAsync(long punchId, OutboxChange change, CancellationToken cancellationToken = default) =>
        Interlocked.Decrement(ref _left) >= 0 ? Task.FromException(new StoreUnavailableException("The disk is full.")) : inner.MarkAsync(punchId, change, cancellationToken);

    public Task<int> RecoverAsync(long askFrom = 0, CancellationToken cancellationToken = default) => inner.RecoverAsync(askFrom, cancellationToken);

    public Task<int> ResendAsync(IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default) => inner.ResendAsync(punchIds, cancellationToken);

    public Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(CancellationToken cancellationToken = default) => inner.CountAsync(cancellationToken);

    public Task<long> MeterAsync(string month, string api, int calls, CancellationToken cancellationToken = default) => inner.MeterAsync(month, api, calls, cancellationToken);
}
