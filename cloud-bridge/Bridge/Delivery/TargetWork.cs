using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>Sends punches to a target beside the platform.</summary>
public sealed class TargetWork(IDeliveryTarget target, OutcomeHandler outcomes, IPunchStore punches, ICorrectionStore corrections, DeviceNames names) : ILaneWork
{
    private readonly IBatchTarget? _batch = target as IBatchTarget;

    /// <inheritdoc/>
    public int MostTogether => _batch?.MostTogether ?? 1;

    /// <inheritdoc/>
    public Task SettleAsync(IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken) => throw new InvalidOperationException($"{target.Name} cannot be asked what it has.");

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        List<(OutboxItem Item, OutgoingPunch Punch)> ready = [];
        foreach (OutboxItem item in items)
        {
            StoredPunch stored = await punches.FindAsync(SiteScope.All, item.Key, cancellationToken) ?? throw new InvalidOperationException($"Punch {item.Key} has an outbox row and is not stored.");
            OutgoingPunch punch = new(stored, await names.OfAsync(item.Key.Terminal, cancellationToken), item.Attempts + 1)
            {
                News = item.Tell is { } correction ? await corrections.NewsAsync(correction, item.PunchId, cancellationToken) : null,
            };
            if (target.Refuse(punch) is { } refusal) await outcomes.RecordAsync(item, refusal, called: false, cancellationToken);
            else ready.Add((item, punch));
        }

        if (ready.Count == 0) return;
        // From here on the call is not given up half-way on a stop: its answer is worth the wait of one time limit.
        DeliveryOutcome outcome = _batch is null
            ? await target.SendAsync(ready[0].Punch, CancellationToken.None)
            : await _batch.SendAsync([.. ready.Select(r => r.Punch)], CancellationToken.None);
        foreach ((OutboxItem item, _) in ready) await outcomes.RecordAsync(item, outcome, called: true, CancellationToken.None);
    }
}
