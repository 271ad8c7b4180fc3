using Devices.Bridge.Store;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Keeps <see cref="SitePlan"/> fresh: takes a changed plan file (by its contents, so that any way of replacing it works), keeps the
/// earlier ones, and knows who belongs to which department. A file that cannot be used changes nothing and is shown.
/// </summary>
public sealed class PlanWatch(SitePlan plan, IPlanStore plans, IRosterChanges changes, IPeopleStore people, IExceptionStore exceptions, BridgeOptions bridge, TimeProvider clock, ILogger<PlanWatch> log)
    : PeriodicService(Look, Look, "The plan could not be looked at; it is tried again.", LogLevel.Warning, clock, log)
{
    private const string Source = "plan";
    private const string Code = "reason.plan_file";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];
    private string? _taken;
    private string? _refused;
    private long _revision = -1;

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (plan.FromPages && plan.History.ByDepartment && await changes.RevisionAsync(cancellationToken) is var now && now != _revision)
        {
            await ReloadAsync(cancellationToken);
            _revision = now;
        }

        if (plan.File is null) return;
        bool changed = await TakeFileAsync(plan.File, cancellationToken);
        long revision = await changes.RevisionAsync(cancellationToken);
        if (!changed && (revision == _revision || !plan.History.ByDepartment)) return;
        PlanHistory history = await HistoryAsync(cancellationToken);
        plan.Set(history, history.ByDepartment ? await MembershipsAsync(cancellationToken) : Memberships.None);
        _revision = revision;
    }

    /// <summary>Puts in force what is in the store: somebody has added a plan there.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        PlanHistory history = await HistoryAsync(cancellationToken);
        plan.Set(history, history.ByDepartment ? await MembershipsAsync(cancellationToken) : Memberships.None);
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything is computed by a plan that is not the day's.
        if (plan.FromPlatform || (plan.FromPages && await plans.IsOwnAsync(cancellationToken))) await ReloadAsync(cancellationToken);
        else await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        return null;
    }

    private async Task<bool> TakeFileAsync(string file, CancellationToken cancellationToken)
    {
        string? text = null;
        string? fault = null;
        ShiftPlan? read = null;
        try
        {
            text = SitePlan.Text(file);
            if (text == _taken) return false;
            (read, fault) = PlanReader.Read(text);
        }
        catch (BridgeStartException unreadable)
        {
            fault = unreadable.Message;
        }

        if (read is null)
        {
            if (fault == _refused) return false;
            _refused = fault;
            Log.LogWarning("The plan file {File} cannot be used; the plan before it stays in force. {Fault}", file, fault);
            await exceptions.RaiseAsync(new(Source, Code, fault!), cancellationToken);
            return false;
        }

        IReadOnlyList<StoredPlan> known = await plans.PlansAsync(cancellationToken);
        if (known.Count == 0 || known[^1].Content != text)
        {
            DateTimeOffset now = Clock.GetUtcNow();
            LocalDate today = Instant.FromDateTimeOffset(now).InZone(_zone).Date;
            // The first plan there is also serves the days before it.
            LocalDate from = read.ValidFrom ?? (known.Count == 0 ? LocalDate.MinIsoValue : today);
            await plans.AddPlanAsync(new(LocalDatePattern.Iso.Format(from), text!, now.ToUnixTimeMilliseconds()), cancellationToken);
            Log.LogInformation("The plan file {File} is in force from {From}.", file, from == LocalDate.MinIsoValue ? "the beginning" : LocalDatePattern.Iso.Format(from));
        }

        (_taken, _refused) = (text, null);
        await exceptions.ResolveAllAsync(Source, Code, null, "bridge", cancellationToken);
        return true;
    }

    private async Task<PlanHistory> HistoryAsync(CancellationToken cancellationToken)
    {
        List<(LocalDate, ShiftPlan)> history = [];
        foreach (StoredPlan stored in await plans.PlansAsync(cancellationToken))
        {
            // One that this version can no longer read was in force nonetheless: its days show no shift rather than another's.
            ShiftPlan read = PlanReader.Read(stored.Content).Plan ?? ShiftPlan.None;
            history.Add((LocalDatePattern.Iso.Parse(stored.ValidFrom).Value, read));
        }

        return new(history);
    }

    private async Task<Memberships> MembershipsAsync(CancellationToken cancellationToken) => new(
        (await plans.MembershipsAsync(cancellationToken)).GroupBy(m => m.UserId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<(long, IReadOnlyList<long>)>)[.. g.Select(m => (m.At, m.Departments))], StringComparer.Ordinal),
        (await people.DepartmentsAsync(SiteScope.All, cancellationToken)).ToDictionary(d => d.Id, d => d.ParentId));
}
