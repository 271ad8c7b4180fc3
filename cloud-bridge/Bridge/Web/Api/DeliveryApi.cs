using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Api;

/// <summary>A target's pause. Times are ms since the Unix epoch.</summary>
public sealed record PauseView(string Kind, string ReasonCode, string Reason, long Since, long Until);

/// <summary>Punches in one state.</summary>
public sealed record StateCountView(string Delivery, long Count);

/// <summary>Punches kept back for one reason.</summary>
public sealed record ReasonCountView(string ReasonCode, string Reason, long Count);

/// <summary>A target: rows by state and its pause.</summary>
public sealed record LaneView(string Target, IReadOnlyList<StateCountView> Counts, PauseView? Pause);

/// <summary>The month's calls by kind.</summary>
public sealed record CallsView(long Upload, long Proof, long Reconciliation, long Schedule);

/// <summary>The month's metered calls.</summary>
public sealed record BudgetView(
    string Month, string Policy, long Limit, long Used, long Reserve, long? Forecast, long Needed, long Spare, CallsView Calls, IReadOnlyList<ReasonCountView> Deferred);

/// <summary>One comparison with the platform.</summary>
public sealed record ReconcileView(
    long Id, string Day, string State, string? ReasonCode, long From, long To, long StartedAt, long? FinishedAt, long People, long Calls, long Ours, long Theirs, long Same, long Missing,
    long Repaired, long WrongTime, long Doubled, long Others);

/// <summary>Answer of <c>GET /api/v1/delivery</c>.</summary>
public sealed record DeliveryView(IReadOnlyList<LaneView> Targets, BudgetView? Budget, IReadOnlyList<ReconcileView> Reconciliations);

/// <summary><c>GET /api/v1/delivery</c>: targets, the month's calls and the newest comparisons.</summary>
internal static class DeliveryApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/delivery", async (HttpContext context, DeliveryReporter reporter) =>
        Results.Json(Of(await reporter.ReportAsync(context.RequestAborted)), ApiJson.Readable.DeliveryView)).RequireAuthorization(Permits.ReadTerminals, Permits.EverySite);

    private static DeliveryView Of(DeliveryReport report) => new(
        [.. report.Targets.Select(t => new LaneView(t.Target, [.. t.Counts.OrderBy(c => c.Key).Select(c => new StateCountView(Names.Lower(c.Key), c.Value))], Of(t.Pause)))],
        report.Budget is not { } b ? null : new(
            b.Month, b.Policy, b.Outlook.Limit, b.Outlook.Used, b.Outlook.Reserve, b.Outlook.Forecast, b.Outlook.Needed, b.Outlook.Spare,
            new(b.Calls[CallBudget.Name(CallKind.Upload)], b.Calls[CallBudget.Name(CallKind.Proof)], b.Calls[CallBudget.Name(CallKind.Reconciliation)], b.Calls[CallBudget.Name(CallKind.Schedule)]),
            [.. b.Deferred.Select(d => new ReasonCountView(d.Key, Sentence.Of(d.Key), d.Value))]),
        [.. report.Runs.Select(Of)]);

    private static PauseView? Of(Pause? pause) => pause is null ? null : new(
        Names.Lower(pause.Kind), pause.Reason, Sentence.Of(pause.Reason), pause.Since.ToUnixTimeMilliseconds(), pause.Until.ToUnixTimeMilliseconds());

    private static ReconcileView Of(ReconcileRun run) => new(
        run.Id, run.Day, run.State, run.ReasonCode, run.From, run.To, run.StartedAt, run.FinishedAt, run.Counts.People, run.Counts.Calls, run.Counts.Ours, run.Counts.Theirs,
        run.Counts.Same, run.Counts.Missing, run.Counts.Repaired, run.Counts.WrongTime, run.Counts.Doubled, run.Counts.Others);
}
