using Devices.Bridge.Store;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>The real outbox on a disk that is full for a number of writes of outcomes.</summary>
internal sealed class FailingOutbox(IOutboxStore inner) : IOutboxStore
{
    private int _left;

    public void FailNext(int writes) => Volatile.Write(ref _left, writes);

    public int Left => Math.Max(0, Volatile.Read(ref _left));

    public Task<IReadOnlyList<OutboxItem>> LeaseAsync(string target, long now, int limit, CancellationToken cancellationToken = default) => inner.LeaseAsync(target, now, limit, cancellationToken);

    public Task<IReadOnlyList<OutboxItem>> LeaseAmbiguousAsync(string target, long now, int limit, CancellationToken cancellationToken = default) => inner.LeaseAmbiguousAsync(target, now, limit, cancellationToken);

    public Task MarkAsync(string target, long punchId, OutboxChange change, CancellationToken cancellationToken = default) =>
        Interlocked.Decrement(ref _left) >= 0 ? Task.FromException(new StoreUnavailableException("The disk is full.")) : inner.MarkAsync(target, punchId, change, cancellationToken);

    public Task<int> RecoverAsync(string target, bool asks, long from = 0, CancellationToken cancellationToken = default) => inner.RecoverAsync(target, asks, from, cancellationToken);

    public Task<int> ResendAsync(SiteScope scope, string target, IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default) => inner.ResendAsync(scope, target, punchIds, cancellationToken);

    public Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(SiteScope scope, string target, CancellationToken cancellationToken = default) => inner.CountAsync(scope, target, cancellationToken);

    public Task<long> MeterAsync(string month, string api, int calls, CancellationToken cancellationToken = default) => inner.MeterAsync(month, api, calls, cancellationToken);
}
