using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Delivery.Reconciliation;

/// <summary>
/// A punch that reaches the platform late (its terminal was offline) comes after the platform wrote "not signed" for that point. Whether
/// that row is judged anew, and in a sealed period, is not documented: so the days of late punches are asked about, and a point that
/// still counts as missing is told to HR. One call for 50 people and a day with late punches, and none where nothing was late.
/// </summary>
public sealed class LateVerdicts(IPlatformTarget target, IExceptionStore exceptions, CallBudget budget, SitePlan plan, BridgeOptions bridge, ILogger<LateVerdicts> log)
{
    /// <summary>Source and code of its rows in the exceptions list.</summary>
    public const string Source = "reconcile";
    public const string Code = "reason.not_counted";

    // Half of a shift of eight hours, for whom we know no shift: the platform writes a missing start at the middle of it.
    private const long Late = 4 * 3_600_000L;
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <summary>Asks about the days of punches that came late. What cannot be asked now is asked the next night.</summary>
    /// <param name="late">Punches that the platform has, with its rows.</param>
    /// <param name="most">Calls that may be made.</param>
    public async Task<(IReadOnlyList<ReconcileFinding> Found, long Calls)> LookAsync(IEnumerable<(OurPunch Ours, PlatformRecord Row)> late, long most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(late);
        List<ReconcileFinding> found = [];
        long calls = 0;
        if (target is not IPlatformVerdicts verdicts) return (found, calls);
        foreach (var day in late.GroupBy(s => verdicts.VerdictDay(s.Row.At)).OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            foreach (string[] people in day.Select(s => s.Row.Person).Distinct(StringComparer.Ordinal).Chunk(verdicts.VerdictPersons))
            {
                List<VerdictPoint> points = [];
                bool more = true;
                while (more)
                {
                    if (calls >= most || await budget.TryTakeAsync(target, CallKind.Reconciliation, budget.Reserve / 5, first: false, cancellationToken) is not { } ticket) return (found, calls);
                    VerdictAnswer answer = await verdicts.VerdictsAsync(people, day.Key, points.Count, cancellationToken);
                    if (!answer.Outcome.Metered) await budget.ReturnAsync(ticket, cancellationToken);
                    else calls++;
                    if (answer.Outcome.Kind != OutcomeKind.Accepted)
                    {
                        log.LogInformation("How the platform judged {Day} could not be asked: {Reason}", day.Key, Sentence.Of(answer.Outcome.Reason));
                        return (found, calls);
                    }

                    points.AddRange(answer.Points);
                    more = answer.More && answer.Points.Count > 0;
                }

                found.AddRange(await TellAsync(day.Key, day.Where(s => people.Contains(s.Row.Person)), points.ToLookup(p => p.Person, StringComparer.Ordinal), cancellationToken));
            }
        }

        return (found, calls);
    }

    /// <summary>Whether it came after the time that belongs to its point was over: what is kept back for a day's last punch comes long before that.</summary>
    public bool IsLate(PlatformRecord row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Invalid is not null || row.ReceivedAt is not { } received) return false;
        Instant at = Instant.FromUnixTimeMilliseconds(row.At);
        AttendanceWindows windows = plan.Around(at.InZone(_zone).Date, row.Person);
        LocalDate day = windows.DayOf(at);
        var (shift, window) = windows.Windows.FirstOrDefault(w => w.Shift.Day == day);
        if (shift is null) return received - row.At > Late;
        for (int i = 0; i + 1 < shift.Points.Count; i++)
        {
            Instant until = AttendanceWindows.Middle(shift.Points[i].At, shift.Points[i + 1].At);
            if (at < until) return received >= until.ToUnixTimeMilliseconds();
        }

        return received >= window.End.ToUnixTimeMilliseconds();
    }

    private async Task<IReadOnlyList<ReconcileFinding>> TellAsync(string day, IEnumerable<(OurPunch Ours, PlatformRecord Row)> late, ILookup<string, VerdictPoint> points, CancellationToken cancellationToken)
    {
        List<ReconcileFinding> found = [];
        foreach (var (ours, row) in late)
        {
            // A punch counts for the point that it is nearest to: points are parted at the middle between them.
            VerdictPoint[] own = [.. points[row.Person]];
            if (own.Length == 0 || own.MinBy(p => Math.Abs(p.Planned - row.At)) is not { Missing: true } point) continue;
            found.Add(new("not-counted", row.Person, ours.Punch.At, ours.Punch.PunchId, row.Id, point.Planned, ours.Place));
            await exceptions.RaiseAsync(
                new(Source, Code, $"{row.Person}, {day}") { Terminal = ours.Punch.Key.Terminal, Ledger = ours.Punch.Key.Ledger, Seq = ours.Punch.Key.Seq, Cause = $"{Code}:{ours.Punch.Key}" },
                cancellationToken);
        }

        return found;
    }
}
