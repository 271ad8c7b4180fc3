using System.Diagnostics;
using Devices.Bridge.Delivery.Planning;
using Devices.Bridge.Store;
using Devices.Bridge.Telemetry;

namespace Devices.Bridge.Delivery;

/// <summary>Sends one punch to the platform, where the policy and the month's calls let it; settles the ambiguous ones.</summary>
public sealed class PlatformWork(
    IPlatformTarget target, IOutboxStore outbox, OutcomeHandler outcomes, Settler settler, CallBudget budget, SendJudge judge, DeviceNames names) : ILaneWork
{
    /// <inheritdoc/>
    public int MostTogether => 1;

    /// <inheritdoc/>
    public Task SettleAsync(IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken) => settler.SettleAsync(target, items, cancellationToken);

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (OutboxItem item in items) await SendAsync(item, cancellationToken);
    }

    private async Task SendAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        DeliveryItem punch = new(item.Person, item.At, item.Key.Terminal, await names.OfAsync(item.Key.Terminal, cancellationToken));
        if (target.Refuse(punch) is { } refusal)
        {
            await outcomes.RecordAsync(item, refusal, called: false, cancellationToken);
            return;
        }

        SendVerdict verdict = await judge.JudgeAsync(item, cancellationToken);
        if (verdict.Choice != SendChoice.Send)
        {
            DeliveryState state = verdict.Choice == SendChoice.Defer ? DeliveryState.Deferred : DeliveryState.Skipped;
            await outbox.MarkAsync(
                item.PunchId, new(state) { Attempts = item.Attempts, SentAt = item.SentAt, NextAttemptAt = verdict.Until, ReasonCode = verdict.Reason }, cancellationToken);
            return;
        }

        CallTicket? ticket = await budget.TryTakeAsync(target, CallKind.Upload, budget.Reserve, verdict.Part == DayPart.First, cancellationToken);
        if (ticket is null)
        {
            await outcomes.RecordAsync(item, new(OutcomeKind.Budget, "reason.budget"), called: false, cancellationToken);
            return;
        }

        // From here on the call is not given up half-way on a stop: its answer is worth the wait of one time limit.
        using Activity? span = BridgeTraces.Deliver(item.Key.Terminal, item.Key.Ledger, item.Key.Seq, OutboxTarget.Platform, item.Attempts + 1);
        DeliveryOutcome outcome = await target.SendAsync(punch, CancellationToken.None);
        BridgeTraces.End(span, outcome.Kind.ToString());
        if (!outcome.Metered) await budget.ReturnAsync(ticket, CancellationToken.None);
        await outcomes.RecordAsync(item, outcome, called: true, CancellationToken.None);
    }
}
