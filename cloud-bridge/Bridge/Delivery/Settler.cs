using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>
/// Settles ambiguous punches: found at the platform means delivered and proved; not found in
/// <see cref="PlatformOptions.SettleLookups"/> lookups, apart in time because the list may lag, means it is sent again.
/// </summary>
public sealed class Settler(
    IOutboxStore outbox, IProofStore proofs, Prover prover, OutcomeHandler outcomes, DeviceNames names, DeliveryStatus status,
    PlatformOptions options, TimeProvider clock, ILogger<Settler> log)
{
    /// <summary>Settles leased rows; each leaves the sending state.</summary>
    public async Task SettleAsync(IPlatformTarget target, IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(items);
        Dictionary<long, OutboxItem> byId = items.ToDictionary(i => i.PunchId);
        List<Sought> sought = [];
        foreach (OutboxItem item in items)
        {
            DeliveryItem punch = new(item.Person, item.At, item.Key.Terminal, await names.OfAsync(item.Key.Terminal, cancellationToken));
            // Only beyond the list's window is there nobody left to ask; a clock set back makes no punch unanswerable.
            if (clock.GetUtcNow().ToUnixTimeMilliseconds() - item.At < target.Window.TotalMilliseconds) sought.Add(new(item.PunchId, item.Key, punch, Accepted: false));
            else await outbox.MarkAsync(item.PunchId, new(DeliveryState.Dead) { Attempts = item.Attempts, SentAt = item.SentAt, ReasonCode = "reason.never_settled" }, cancellationToken);
        }

        ProofResult result = await prover.LookAsync(target, sought, keep: 0, cancellationToken);
        foreach (Sought found in result.Found) log.LogInformation("Punch {Punch} had arrived at the platform after all.", found.Key);
        foreach (Sought missing in result.Missing) await MissedAsync(byId[missing.PunchId], cancellationToken);
        foreach ((Sought punch, DeliveryOutcome why) in result.Unanswered) await outcomes.RecordLookupAsync(byId[punch.PunchId], why, cancellationToken);

        if (result.Stopped is null && sought.Count > 0) await outcomes.AnsweredAsync(cancellationToken);
        status.Wake();
    }

    private async Task MissedAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        int checks = await proofs.CountCheckAsync(item.PunchId, null, cancellationToken);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (checks >= options.SettleLookups)
        {
            log.LogInformation("The platform does not have punch {Punch}: it is sent again.", item.Key);
            await outbox.MarkAsync(item.PunchId, new(DeliveryState.Waiting) { Attempts = item.Attempts, SentAt = item.SentAt, NextAttemptAt = now, ReasonCode = "reason.not_there" }, cancellationToken);
            return;
        }

        await outbox.MarkAsync(
            item.PunchId,
            new(DeliveryState.Ambiguous) { Attempts = item.Attempts, SentAt = item.SentAt, NextAttemptAt = now + (long)(options.SettleSeconds * 1000), ReasonCode = "reason.asking" },
            cancellationToken);
    }
}
