using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Planning;

/// <summary>Asks the store for a person's day and the month's outlook, and lets the plan judge.</summary>
public sealed class SendJudge(SendPlan plan, ISendPlanStore store, BudgetWatch watch, TimeProvider clock)
{
    /// <summary>What is done with a leased row now. HR's word counts above the policy.</summary>
    public async Task<SendVerdict> JudgeAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        PlannedDay day = plan.DayOf(item.At, item.Person);
        IReadOnlyList<DayEntry> punches = await store.DayAsync(item.Person, day.Start, day.Until, cancellationToken);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        DayPunch own = Of(punches.FirstOrDefault(p => p.PunchId == item.PunchId) ?? new(item.PunchId, item.At, Devices.Contract.Punches.PunchDirection.None));
        IEnumerable<DayPunch> all = punches.Where(p => p.PunchId != item.PunchId).Select(Of).Append(own);
        bool room = await watch.HasRoomAsync(cancellationToken);
        SendVerdict verdict = plan.Judge(own, day, all, now, room);
        if (item.Forced) verdict = verdict with { Choice = SendChoice.Send };
        if (verdict is { Choice: SendChoice.Send, Part: DayPart.Between }) watch.Spend();
        return verdict;
    }

    private static DayPunch Of(DayEntry punch) => new(punch.PunchId, punch.At, punch.Direction);
}
