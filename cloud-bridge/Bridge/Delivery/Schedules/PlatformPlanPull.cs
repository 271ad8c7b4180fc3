using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.Schedules;

/// <summary>
/// With <c>Site:Plan=platform</c>: once a day asks the platform who works when in this week and the next, inside the month's calls, and puts
/// it in force from today on; days that are past stay as they were. What cannot be asked leaves the plan before in force, and HR sees why.
/// </summary>
public sealed class PlatformPlanPull(
    IPlatformTarget target, IPlatformSchedule schedule, IPeopleStore people, IPlanStore plans, PlanWatch watch, CallBudget budget, ISettingStore settings, IExceptionStore exceptions,
    BridgeOptions bridge, TimeProvider clock, ILogger<PlatformPlanPull> log)
    : PeriodicService(TimeSpan.FromSeconds(5), Look, "The platform's plan could not be taken; it is tried again.", LogLevel.Error, clock, log)
{
    /// <summary>Source and code of its row in the exceptions list.</summary>
    public const string Source = "plan";
    public const string Code = "reason.platform_plan";

    private const string Pulled = "plan.pulled";
    private const int Weeks = 2;
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(30);
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        string today = LocalDatePattern.Iso.Format(Today());
        if (await settings.GetSettingAsync(Pulled, cancellationToken) == today) return null;
        return await PullAsync(cancellationToken) is null ? null : Again;
    }

    /// <summary>Asks now. Null where the plan is in force, else why not.</summary>
    public async Task<string?> PullAsync(CancellationToken cancellationToken)
    {
        LocalDate today = Today(), monday = today.PlusDays(1 - (int)today.DayOfWeek);
        string[] everybody = [.. (await people.PeopleAsync(SiteScope.All, includeLeft: false, cancellationToken)).Select(p => p.UserId).Order(StringComparer.Ordinal)];
        // Before the first pull of the roster nobody is known, and nobody would work.
        if (everybody.Length == 0) return "reason.roster_empty";
        List<SchedulePoint> points = [];
        List<string> refused = [];
        if (await AskAsync(everybody, monday, points, refused, cancellationToken) is { } failure) return await FailAsync(failure, cancellationToken);
        if (refused.Count == everybody.Length) return await FailAsync(new(OutcomeKind.Refused, "reason.plan_refused"), cancellationToken);

        IReadOnlyList<StoredPlan> known = await plans.PlansAsync(cancellationToken);
        // The first one also serves the days of its week before today.
        LocalDate from = known.Count == 0 ? monday : today;
        (string text, IReadOnlyList<(string Person, LocalDate Day)> unread) = PlatformPlan.Compose(everybody.Except(refused), points, monday, 7 * Weeks, from, bridge.Site);
        if (PlanReader.Read(text).Fault is { } fault) return await FailAsync(new(OutcomeKind.Refused, "reason.plan_unusable") { Detail = fault }, cancellationToken);
        if (known.Count == 0 || PlatformPlan.Body(known[^1].Content) != PlatformPlan.Body(text))
        {
            await plans.AddPlanAsync(new(LocalDatePattern.Iso.Format(from), text, Clock.GetUtcNow().ToUnixTimeMilliseconds()), cancellationToken);
            Log.LogInformation("The platform's plan of {People} people is in force from {From}.", everybody.Length - refused.Count, LocalDatePattern.Iso.Format(from));
        }

        await watch.ReloadAsync(cancellationToken);
        await settings.SetSettingAsync(Pulled, LocalDatePattern.Iso.Format(today), cancellationToken);
        await exceptions.ResolveAllAsync(Source, Code, null, "bridge", cancellationToken);
        if (unread.Count + refused.Count > 0)
        {
            string whose = string.Join(", ", refused.Concat(unread.Select(u => u.Person)).Distinct(StringComparer.Ordinal).Take(10));
            await exceptions.RaiseAsync(new(Source, Code, string.Create(CultureInfo.InvariantCulture, $"Without a shift that can be read: {whose} ({refused.Count + unread.Count}).")), cancellationToken);
        }

        return null;
    }

    private async Task<DeliveryOutcome?> AskAsync(string[] everybody, LocalDate monday, List<SchedulePoint> points, List<string> refused, CancellationToken cancellationToken)
    {
        Queue<(string[] People, int Week)> open = new(everybody.Chunk(schedule.SchedulePersons).SelectMany(some => Enumerable.Range(0, Weeks).Select(week => (some, week))));
        // Halving for somebody whom the platform will not hear of must not use up the month.
        int most = open.Count + 40, calls = 0;
        while (open.TryDequeue(out (string[] People, int Week) next))
        {
            if (await budget.TryTakeAsync(target, CallKind.Schedule, budget.Reserve, first: false, cancellationToken) is not { } ticket) return new(OutcomeKind.Budget, OutcomeHandler.OwnBudget);
            LocalDate first = monday.PlusDays(7 * next.Week);
            ScheduleAnswer answer = await schedule.ScheduleAsync(bridge.Site.PlanOperator, next.People, first, first.PlusDays(schedule.ScheduleDays - 1), cancellationToken);
            if (!answer.Outcome.Metered) await budget.ReturnAsync(ticket, cancellationToken);
            calls++;
            switch (answer.Outcome.Kind)
            {
                case OutcomeKind.Accepted:
                    points.AddRange(answer.Points);
                    break;
                case OutcomeKind.Refused when next.People.Length == 1:
                    refused.Add(next.People[0]);
                    break;
                case OutcomeKind.Refused when calls < most:
                    open.Enqueue((next.People[..(next.People.Length / 2)], next.Week));
                    open.Enqueue((next.People[(next.People.Length / 2)..], next.Week));
                    break;
                default:
                    return answer.Outcome;
            }
        }

        return null;
    }

    private async Task<string> FailAsync(DeliveryOutcome failure, CancellationToken cancellationToken)
    {
        string why = $"{Sentence.Of(failure.Reason)}{(failure.Detail is { Length: > 0 } detail ? $" {detail}" : "")}";
        Log.LogWarning("The platform's plan could not be taken; the one before stays in force. {Why}", why);
        await exceptions.RaiseAsync(new(Source, Code, why), cancellationToken);
        return failure.Reason;
    }

    private LocalDate Today() => Instant.FromDateTimeOffset(Clock.GetUtcNow()).InZone(_zone).Date;
}
