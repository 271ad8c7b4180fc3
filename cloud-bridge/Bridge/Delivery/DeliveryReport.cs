using Devices.Bridge.Delivery.Planning;
using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>One target's state.</summary>
/// <param name="Target"><c>platform</c>, or the target's name.</param>
/// <param name="Counts">Rows by state.</param>
public sealed record TargetReport(string Target, Pause? Pause, IReadOnlyDictionary<DeliveryState, long> Counts);

/// <summary>The month's calls.</summary>
/// <param name="Calls">By kind: upload, proof, reconciliation.</param>
public sealed record BudgetReport(string Month, string Policy, BudgetOutlook Outlook, IReadOnlyDictionary<string, long> Calls, IReadOnlyDictionary<string, long> Deferred);

/// <summary>Everything an operator asks about delivery, for the page and the API.</summary>
/// <param name="Budget">Null without a platform.</param>
/// <param name="Runs">The newest comparisons with the platform.</param>
public sealed record DeliveryReport(IReadOnlyList<TargetReport> Targets, BudgetReport? Budget, IReadOnlyList<ReconcileRun> Runs);

/// <summary>Gathers the report: counters and a few small queries, never the outbox as a whole.</summary>
public sealed class DeliveryReporter(
    IOutboxStore outbox, ISendPlanStore plans, IReconcileStore reconciliations, CallBudget budget, DeliveryStatus status, TargetHost others, PlatformOptions options, TimeProvider clock,
    IPlatformTarget? target = null, BudgetWatch? watch = null)
{
    private const int Runs = 14;

    public async Task<DeliveryReport> ReportAsync(CancellationToken cancellationToken)
    {
        List<TargetReport> targets = [new(OutboxTarget.Platform, status.Current, await outbox.CountAsync(SiteScope.All, cancellationToken))];
        foreach (DeliveryLane lane in others.Lanes) targets.Add(new(lane.Target, lane.Status.Current, await outbox.CountAsync(SiteScope.All, lane.Target, cancellationToken)));
        if (target is null || watch is null) return new(targets, null, []);
        IReadOnlyDictionary<string, long> calls = await budget.CallsAsync(target, cancellationToken);
        BudgetReport month = new(
            target.MeteredMonth(clock.GetUtcNow()), options.Policy, await watch.LookAsync(cancellationToken),
            Enum.GetValues<CallKind>().ToDictionary(CallBudget.Name, k => calls.GetValueOrDefault(CallBudget.Name(k))), await plans.DeferredAsync(cancellationToken));
        return new(targets, month, await reconciliations.RunsAsync(Runs, cancellationToken));
    }
}
