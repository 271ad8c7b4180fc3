using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>One person's row of a day.</summary>
/// <param name="First">Time of the first punch, ms since the Unix epoch.</param>
/// <param name="Last">Time of the last; equal to <paramref name="First"/> where there is one punch.</param>
/// <param name="Undelivered">Punches of the day that the platform does not have yet.</param>
/// <param name="Day">Against the shift.</param>
public sealed record DayRow(string Person, string? Name, long First, long Last, int Count, string LastTerminal, int Undelivered, AttendanceDay Day);

/// <summary>A person's day as it counts, and as terminals recorded it.</summary>
/// <param name="Counts">Null where nothing of it counts.</param>
/// <param name="Corrections">Punches of the day that corrections made or struck.</param>
public sealed record BothDays(string Person, string? Name, DayRow? Counts, AttendanceDay AsRecorded, int Corrections);

/// <summary>Who punched on an attendance day, and how that lies against everybody's shift: what counts, corrections included.</summary>
public sealed class DayBoard(IEffectivePunches punches, SitePlan plan, TimeProvider clock)
{
    /// <summary>Beyond so many people a day's rows may be a moment old: at nine o'clock somebody arrives all the time.</summary>
    private const int Large = 2_000;
    private const int MostKept = 4;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OldFor = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<Kept> _kept = [];

    /// <summary>Latest arrival first.</summary>
    /// <remarks>
    /// Kept for the next one who asks: for ten seconds while nothing changed (<see cref="IEffectivePunches.MarkAsync"/>), and where more than
    /// 2,000 people came, two seconds in any case. Whoever asks while it is being made waits for the same work.
    /// </remarks>
    /// <param name="calendar">The day's first moment and the next one's at the site, ms since the Unix epoch.</param>
    public async Task<IReadOnlyList<DayRow>> OfAsync(SiteScope scope, LocalDate day, (long Start, long Until) calendar, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        // Divided by what no site's name can hold.
        string key = $"{day}\0{(scope.Everything ? "*" : "=" + string.Join('\0', scope.Sites))}";
        PlanHistory history = plan.History;
        DateTimeOffset now = clock.GetUtcNow();
        Kept? kept;
        lock (_gate) kept = _kept.Find(one => one.Key == key && ReferenceEquals(one.Plan, history) && now - one.MadeAt < KeptFor && now >= one.MadeAt);
        if (kept is { Rows.IsCompletedSuccessfully: true } && kept.Rows.Result.Count > Large && now - kept.MadeAt < OldFor) return kept.Rows.Result;
        var (start, until) = plan.Reach(day, calendar);
        string mark = await punches.MarkAsync(scope, start, until, cancellationToken);
        if (kept is null || kept.Mark != mark)
        {
            lock (_gate)
            {
                kept = _kept.Find(one => one.Key == key && one.Mark == mark && ReferenceEquals(one.Plan, history) && now - one.MadeAt < KeptFor && now >= one.MadeAt);
                if (kept is null)
                {
                    // Nobody's own token: others may wait for it too.
                    kept = new(key, mark, history, now, ReadAsync(scope, day, start, until, CancellationToken.None));
                    _kept.RemoveAll(one => one.Key == key);
                    _kept.Insert(0, kept);
                    if (_kept.Count > MostKept) _kept.RemoveAt(MostKept);
                }
            }
        }

        try
        {
            return await kept.Rows.WaitAsync(cancellationToken);
        }
        catch (Exception) when (kept.Rows.IsFaulted)
        {
            lock (_gate) _kept.Remove(kept);
            throw;
        }
    }

    private sealed record Kept(string Key, string Mark, PlanHistory Plan, DateTimeOffset MadeAt, Task<IReadOnlyList<DayRow>> Rows);

    private async Task<IReadOnlyList<DayRow>> ReadAsync(SiteScope scope, LocalDate day, long start, long until, CancellationToken cancellationToken)
    {
        // Not inside the lock of whoever asked first.
        await Task.Yield();
        AttendanceWindows? everybody = plan.SameForAll(day) ? plan.Around(day) : null;
        Dictionary<string, AttendanceWindows> windows = new(StringComparer.Ordinal);
        Dictionary<string, List<StoredPunch>> people = new(StringComparer.Ordinal);
        await foreach (StoredPunch punch in punches.StreamAsync(scope, new() { From = start, To = until }, struckToo: false, cancellationToken))
        {
            if (!windows.TryGetValue(punch.Punch.Person, out AttendanceWindows? belongs)) windows[punch.Punch.Person] = belongs = everybody ?? plan.Around(day, punch.Punch.Person);
            if (belongs.DayOf(Instant.FromUnixTimeMilliseconds(punch.Punch.At)) != day) continue;
            if (!people.TryGetValue(punch.Punch.Person, out List<StoredPunch>? own)) people[punch.Punch.Person] = own = [];
            own.Add(punch);
        }

        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return [.. people.Values.Select(own => Row(day, windows[own[0].Punch.Person], own, now)).OrderByDescending(r => r.First).ThenBy(r => r.Person, StringComparer.Ordinal)];
    }

    /// <summary>The same people as <see cref="OfAsync"/> would give, and those of whom nothing counts any more, each with the day as it was recorded.</summary>
    /// <param name="filter">Which people; its times are not looked at.</param>
    public async Task<IReadOnlyList<BothDays>> BothAsync(SiteScope scope, LocalDate day, (long Start, long Until) calendar, PunchFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var (start, until) = plan.Reach(day, calendar);
        Dictionary<string, (AttendanceWindows Windows, List<StoredPunch> Own)> people = new(StringComparer.Ordinal);
        await foreach (StoredPunch punch in punches.StreamAsync(scope, filter with { From = start, To = until }, struckToo: true, cancellationToken))
        {
            if (!people.TryGetValue(punch.Punch.Person, out var one)) people[punch.Punch.Person] = one = (plan.Around(day, punch.Punch.Person), []);
            if (one.Windows.DayOf(Instant.FromUnixTimeMilliseconds(punch.Punch.At)) == day) one.Own.Add(punch);
        }

        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return [.. people.Values.Where(p => p.Own.Count > 0).Select(p =>
        {
            List<StoredPunch> counting = [.. p.Own.Where(o => o.Standing.Counts)], recorded = [.. p.Own.Where(o => o.Standing.Origin == PunchOrigin.Recorded)];
            return new BothDays(
                p.Own[0].Punch.Person, p.Own[0].Name, counting.Count == 0 ? null : Row(day, p.Windows, counting, now),
                AttendanceCalculator.Days(p.Windows, recorded.Select(o => TimedPunch.Of(o.Punch)), now).FirstOrDefault(d => d.Day == day) ?? new(day, null, [], null, null, [], Duration.Zero, []),
                p.Own.Count(o => o.Standing.Corrected));
        })];
    }

    /// <summary>The rows of some people, by userid: what a page shows of a day.</summary>
    public async Task<IReadOnlyDictionary<string, DayRow>> RowsAsync(
        SiteScope scope, LocalDate day, (long Start, long Until) calendar, IReadOnlyCollection<string> people, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(people);
        var (start, until) = plan.Reach(day, calendar);
        IReadOnlyList<StoredPunch> all = await punches.OfPeopleAsync(scope, people, start, until, cancellationToken);
        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        Dictionary<string, DayRow> rows = new(StringComparer.Ordinal);
        foreach (IGrouping<string, StoredPunch> one in all.Where(p => p.Standing.Counts).GroupBy(p => p.Punch.Person, StringComparer.Ordinal))
        {
            AttendanceWindows windows = plan.Around(day, one.Key);
            List<StoredPunch> own = [.. one.Where(p => windows.DayOf(Instant.FromUnixTimeMilliseconds(p.Punch.At)) == day).Reverse()];
            if (own.Count > 0) rows[one.Key] = Row(day, windows, own, now);
        }

        return rows;
    }

    // Newest first, as they come from the store.
    private static DayRow Row(LocalDate day, AttendanceWindows windows, List<StoredPunch> own, Instant now) => new(
        own[0].Punch.Person, own[0].Name, own[^1].Punch.At, own[0].Punch.At, own.Count, own[0].Punch.Terminal,
        own.Count(p => p.Delivery is not (DeliveryState.Delivered or DeliveryState.Skipped)),
        AttendanceCalculator.Day(windows, day, [.. own.Select(p => TimedPunch.Of(p.Punch))], now));
}
