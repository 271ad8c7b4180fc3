using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Devices.Bridge.Store;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Attendance;

/// <summary>One assignment as a page shows it.</summary>
/// <param name="Days">As <c>1-5: office</c>, or a rotation's shifts.</param>
public sealed record AssignmentShown(string Days, string? From, string? To, IReadOnlyList<long> Departments, IReadOnlyList<string> People);

/// <summary>A shift as it is written.</summary>
public sealed record ShiftShown(string Name, string Times, int PermitLate, int PermitEarly, int? SeriousLate);

/// <summary>A holiday, or a day that is worked as another.</summary>
public sealed record HolidayShown(string Date, string? To, int? WorksAs, string? Name);

/// <summary>The plan as a page shows it.</summary>
/// <param name="Seen">How many plans there are: what a change is made against.</param>
public sealed record PlanShown(long Seen, string? ValidFrom, IReadOnlyList<ShiftShown> Shifts, IReadOnlyList<AssignmentShown> Assignments, IReadOnlyList<HolidayShown> Holidays);

/// <summary>
/// Shifts, who works them, and holidays, changed on a page while the bridge runs. Only where the configuration names no plan of its own
/// (<c>Site:Shift</c>, <c>Site:PlanFile</c>, <c>Site:Plan</c>). Each change is a plan of its own from today on, judged by the same reader as a plan file: no
/// day that is past moves.
/// </summary>
public sealed class PlanDesk(SitePlan plan, PlanWatch watch, IPlanStore plans, BridgeOptions bridge, TimeProvider clock)
{
    private static readonly PlanJson Written = new(new JsonSerializerOptions(PlanJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull });

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <summary>The key of the configuration that holds the plan; null where it is changed here.</summary>
    public string? ConfiguredBy => !string.IsNullOrWhiteSpace(bridge.Site.Plan) ? "Bridge:Site:Plan" : plan.File is not null ? "Bridge:Site:PlanFile" : plan.Shift is not null ? "Bridge:Site:Shift" : null;

    /// <summary>The newest plan; of <c>Site:Shift</c> that one shift.</summary>
    public async Task<PlanShown> ShowAsync(CancellationToken cancellationToken)
    {
        if (plan.Shift is { } one)
            return new(0, null, [new(one.Name, bridge.Site.Shift, one.PermitLate, one.PermitEarly, one.SeriousLate)], [new($"{bridge.Site.WorkDays}: {one.Name}", null, null, [], [])], []);
        (PlanFile file, StoredPlan? stored, long seen) = await NewestAsync(cancellationToken);
        return new(
            seen, stored?.ValidFrom,
            [.. (file.Shifts ?? []).Select(s => new ShiftShown(s.Key, s.Value?.Times ?? "", s.Value?.PermitLate ?? 0, s.Value?.PermitEarly ?? 0, s.Value?.SeriousLate))],
            [.. (file.Assignments ?? []).Select(a => new AssignmentShown(
                a?.Week is { } week ? string.Join(", ", week.Select(d => $"{d.Key}: {d.Value}")) : string.Join(", ", a?.Rotation ?? []), a?.From, a?.To, a?.Departments ?? [], [.. (a?.People ?? []).OfType<string>()]))],
            [.. (file.Calendar ?? []).OfType<CalendarEntry>().Select(c => new HolidayShown(c.Date ?? "", c.To, c.WorksAs, c.Name))]);
    }

    /// <summary>Adds a shift or replaces the one of that name. The first one is worked by everybody from Monday to Friday until that is changed.</summary>
    public Task<PlanAnswer> PutShiftAsync(long seen, ShiftShown shift, string actor, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shift);
        return ChangeAsync(seen, file =>
        {
            Dictionary<string, ShiftEntry?> shifts = new(file.Shifts ?? [], StringComparer.Ordinal);
            string was = shifts.TryGetValue(shift.Name, out ShiftEntry? before) && before is not null ? $"{before.Times} late {before.PermitLate} early {before.PermitEarly}" : "-";
            // What a plan file can say besides is kept.
            shifts[shift.Name] = (before ?? new()) with { Times = shift.Times, PermitLate = shift.PermitLate, PermitEarly = shift.PermitEarly, SeriousLate = shift.SeriousLate };
            List<AssignmentEntry?> assignments = file.Assignments is { Count: > 0 } there ? there : [new() { Week = new() { ["1-5"] = shift.Name } }];
            return (file with { Shifts = shifts, Assignments = assignments }, $"shift {shift.Name}: {was} -> {shift.Times} late {shift.PermitLate} early {shift.PermitEarly}");
        }, actor, address, cancellationToken);
    }

    public Task<PlanAnswer> RemoveShiftAsync(long seen, string name, string actor, string? address, CancellationToken cancellationToken) => ChangeAsync(seen, file =>
        (file with { Shifts = new((file.Shifts ?? []).Where(s => s.Key != name), StringComparer.Ordinal) }, $"shift {name} removed"), actor, address, cancellationToken);

    /// <param name="days">As <c>1-5</c>.</param>
    public Task<PlanAnswer> AddAssignmentAsync(
        long seen, string shift, string days, long? department, IReadOnlyList<string> people, string? from, string? to, string actor, string? address, CancellationToken cancellationToken) => ChangeAsync(seen, file =>
        (file with
        {
            Assignments = [.. file.Assignments ?? [], new()
            {
                Week = new() { [days] = shift }, Departments = department is { } id ? [id] : null, People = people.Count > 0 ? [.. people] : null, From = from, To = to,
            }],
        }, $"{shift} on {days} for {(people.Count > 0 ? string.Join(' ', people) : department is { } d ? FormattableString.Invariant($"department {d}") : "everybody")}"), actor, address, cancellationToken);

    public Task<PlanAnswer> RemoveAssignmentAsync(long seen, int number, string actor, string? address, CancellationToken cancellationToken) => ChangeAsync(seen, file =>
        (file with { Assignments = [.. (file.Assignments ?? []).Where((_, i) => i != number)] }, FormattableString.Invariant($"assignment {number + 1} removed")), actor, address, cancellationToken);

    /// <summary>Adds a holiday, or days that are worked as another.</summary>
    public Task<PlanAnswer> AddHolidayAsync(long seen, HolidayShown day, string actor, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(day);
        return ChangeAsync(seen, file =>
            (file with { Calendar = [.. file.Calendar ?? [], new() { Date = day.Date, To = day.To, Rest = day.WorksAs is null, WorksAs = day.WorksAs, Name = day.Name }] },
                $"{day.Date}{(day.To is null ? "" : $" to {day.To}")}: {(day.WorksAs is { } other ? FormattableString.Invariant($"works as day {other}") : "rest")} {day.Name}".TrimEnd()), actor, address, cancellationToken);
    }

    public Task<PlanAnswer> RemoveHolidayAsync(long seen, int number, string actor, string? address, CancellationToken cancellationToken) => ChangeAsync(seen, file =>
        (file with { Calendar = [.. (file.Calendar ?? []).Where((_, i) => i != number)] }, $"{file.Calendar?.ElementAtOrDefault(number)?.Date} removed from the calendar"), actor, address, cancellationToken);

    private async Task<PlanAnswer> ChangeAsync(long seen, Func<PlanFile, (PlanFile File, string What)> change, string actor, string? address, CancellationToken cancellationToken)
    {
        if (ConfiguredBy is { } key) return new(PlanVerdict.Configured, key);
        (PlanFile before, _, long count) = await NewestAsync(cancellationToken);
        if (count != seen) return new(PlanVerdict.Changed, null);
        (PlanFile file, string what) = change(before with { ValidFrom = null });
        string text = JsonSerializer.Serialize(file, Written.PlanFile);
        if (PlanReader.Judge(text).Fault is { } fault) return new(PlanVerdict.Refused, null, fault);
        DateTimeOffset now = clock.GetUtcNow();
        LocalDate from = count == 0 ? LocalDate.MinIsoValue : Instant.FromDateTimeOffset(now).InZone(_zone).Date;
        // Marked as one of the page: a plan file's or the platform's, left behind by an earlier configuration, is not in force by itself.
        if (!await plans.TryAddPlanAsync(new(LocalDatePattern.Iso.Format(from), text, now.ToUnixTimeMilliseconds()), seen, actor, what, address, cancellationToken)) return new(PlanVerdict.Changed, null);
        await watch.ReloadAsync(cancellationToken);
        return new(PlanVerdict.Done, null);
    }

    private async Task<(PlanFile File, StoredPlan? Stored, long Seen)> NewestAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredPlan> all = await plans.PlansAsync(cancellationToken);
        bool own = ConfiguredBy is not null || await plans.IsOwnAsync(cancellationToken);
        if (all.Count == 0 || !own) return (new(), null, all.Count);
        try
        {
            return (JsonSerializer.Deserialize(all[^1].Content, PlanJson.Default.PlanFile) ?? new(), all[^1], all.Count);
        }
        catch (JsonException)
        {
            return (new(), all[^1], all.Count);
        }
    }
}

/// <summary>What became of a change of the plan.</summary>
public enum PlanVerdict
{
    Done,

    /// <summary>The configuration holds the plan; the answer's word is its key.</summary>
    Configured,

    /// <summary>Somebody changed it since the page was opened.</summary>
    Changed,

    /// <summary>It cannot be meant; the answer's fault says why.</summary>
    Refused,
}

public sealed record PlanAnswer(PlanVerdict Verdict, string? Word, PlanFault? Fault = null);
