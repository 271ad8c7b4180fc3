using Devices.Bridge.Store;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Who was seen on a day, in short, and exactly as <see cref="DayBoard"/> says it. A day that is over is worked out once and kept; it holds for as long as
/// nothing happened to its punches and its plan is the same (its <em>stamp</em>), and is made anew when it does not. A day that still runs is kept in
/// memory: punches that came meanwhile are added, and only who is touched is judged again.
/// </summary>
public sealed class DaySums(IDayStore store, SitePlan plan, TimeProvider clock, ILogger<DaySums> log)
{
    /// <summary>Days in memory: a month of statistics, and what people look at beside.</summary>
    private const int MostKept = 48;

    private const long Hour = 3_600_000;

    // What was judged by another program is not taken for this one's.
    private static readonly string Program = $"{typeof(DaySums).Module.ModuleVersionId:N}|{SeenCodec.Form}|{DateTimeZoneProviders.Tzdb.VersionId}";

    private readonly Lock _gate = new();
    private readonly LinkedList<Slot> _slots = [];
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    private sealed class Slot(string key)
    {
        public string Key { get; } = key;
        public SemaphoreSlim Turn { get; } = new(1);
        public string? Stamp { get; set; }
        public SeenDay[] Seen { get; set; } = [];

        // Of a day that still runs.
        public DayFacts? Facts { get; set; }
        public string? Basis { get; set; }
        public TimeMark Mark { get; set; }
    }

    /// <summary>Everybody who was seen, in no order.</summary>
    /// <param name="calendar">The day's first moment and the next one's at the site, ms since the Unix epoch.</param>
    public async Task<IReadOnlyList<SeenDay>> OfAsync(SiteScope scope, LocalDate day, (long Start, long Until) calendar, CancellationToken cancellationToken = default) =>
        (await OfAsync(scope, [(day, calendar.Start, calendar.Until)], cancellationToken))[0];

    /// <summary>Some days at once, in their order.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<SeenDay>>> OfAsync(SiteScope scope, IReadOnlyList<(LocalDate Day, long Start, long Until)> days, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(days);
        if (days.Count == 0) return [];
        List<(LocalDate Day, long Start, long Until)> reaches = Reaches(days);
        IReadOnlyDictionary<long, TimeMark> hours = await store.HoursAsync(reaches.Min(r => r.Start), reaches.Max(r => r.Until), cancellationToken);
        string sites = scope.Everything ? "" : await store.SitesAsync(cancellationToken);
        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        List<IReadOnlyList<SeenDay>?> seen = [];
        List<int> wanted = [];
        foreach (var (day, start, until) in reaches)
        {
            bool over = now.ToUnixTimeMilliseconds() >= until;
            SeenDay[]? there = over ? Kept(KeyOf(scope, day), StampOf(day, Sum(hours, start, until), sites)) : await RunningAsync(scope, day, start, until, Sum(hours, start, until), sites, now, cancellationToken);
            if (there is null) wanted.Add(seen.Count);
            seen.Add(there);
        }

        if (wanted.Count > 0)
        {
            Dictionary<string, StoredDay> stored = (await store.DaysAsync(scope, Text(reaches[wanted.Min()].Day), Text(reaches[wanted.Max()].Day), cancellationToken)).ToDictionary(d => d.Day, StringComparer.Ordinal);
            foreach (int i in wanted)
            {
                var (day, start, until) = reaches[i];
                seen[i] = await OverAsync(scope, day, start, until, StampOf(day, Sum(hours, start, until), sites), stored.GetValueOrDefault(Text(day)), cancellationToken);
            }
        }

        return [.. seen.Select(s => s!)];
    }

    /// <summary>How many of each person's punches of a day the platform does not have; who has none of these is left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> UndeliveredAsync(SiteScope scope, LocalDate day, (long Start, long Until) calendar, CancellationToken cancellationToken = default)
    {
        var (start, until) = plan.Reach(day, calendar);
        DayFacts windows = new(day, plan);
        return (await store.UndeliveredAsync(scope, start, until, cancellationToken)).Where(p => windows.DayOf(p.Person, p.At) == day)
            .CountBy(p => p.Person, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Works out one of these days that is over and not kept yet, the first; false where all are.</summary>
    /// <param name="days">With the first moment of each and of the next.</param>
    internal async Task<bool> KeepOneAsync(IReadOnlyList<(LocalDate Day, long Start, long Until)> days, CancellationToken cancellationToken)
    {
        if (days.Count == 0) return false;
        List<(LocalDate Day, long Start, long Until)> reaches = Reaches(days);
        IReadOnlyDictionary<long, TimeMark> hours = await store.HoursAsync(reaches.Min(r => r.Start), reaches.Max(r => r.Until), cancellationToken);
        IReadOnlyDictionary<string, string> stamps = await store.StampsAsync(SiteScope.All, cancellationToken);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (day, start, until) in reaches)
        {
            string stamp = StampOf(day, Sum(hours, start, until), "");
            if (now < until || stamps.GetValueOrDefault(Text(day)) == stamp) continue;
            await KeepAsync(SiteScope.All, day, start, stamp, await WorkOutAsync(SiteScope.All, day, start, until, cancellationToken), cancellationToken);
            return true;
        }

        return false;
    }

    private async Task<SeenDay[]> OverAsync(SiteScope scope, LocalDate day, long start, long until, string stamp, StoredDay? stored, CancellationToken cancellationToken)
    {
        Slot slot = SlotOf(KeyOf(scope, day));
        await slot.Turn.WaitAsync(cancellationToken);
        try
        {
            if (slot.Stamp == stamp) return slot.Seen;
            SeenDay[]? seen = stored?.Stamp == stamp ? Read(stored, day) : null;
            if (seen is null)
            {
                seen = await WorkOutAsync(scope, day, start, until, cancellationToken);
                await KeepAsync(scope, day, start, stamp, seen, cancellationToken);
            }

            (slot.Stamp, slot.Seen, slot.Facts) = (stamp, seen, null);
            return seen;
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    private async Task<SeenDay[]> RunningAsync(SiteScope scope, LocalDate day, long start, long until, TimeMark mark, string sites, Instant now, CancellationToken cancellationToken)
    {
        Slot slot = SlotOf(KeyOf(scope, day));
        await slot.Turn.WaitAsync(cancellationToken);
        try
        {
            string basis = $"{plan.StampOf(day)}|{sites}|{start}|{until}";
            // Where something was taken away it begins again; the marks were read before the punches, so that what came between is seen next time.
            if (slot.Facts is null || slot.Basis != basis || slot.Mark.Changed != mark.Changed || slot.Mark.Added > mark.Added) (slot.Facts, slot.Basis, slot.Mark) = (new(day, plan), basis, new(-1, mark.Changed));
            if (slot.Mark.Added != mark.Added)
            {
                try
                {
                    slot.Facts.Add(await store.FactsAsync(scope, start, until, slot.Facts.Through, cancellationToken));
                    slot.Mark = mark;
                }
                catch
                {
                    slot.Facts = null;
                    throw;
                }
            }

            slot.Stamp = null;
            return slot.Facts.At(now);
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    private async Task<SeenDay[]> WorkOutAsync(SiteScope scope, LocalDate day, long start, long until, CancellationToken cancellationToken)
    {
        DayFacts facts = new(day, plan);
        facts.Add(await store.FactsAsync(scope, start, until, 0, cancellationToken));
        return facts.At(Instant.FromDateTimeOffset(clock.GetUtcNow()));
    }

    // Whoever asks gets an answer also where it cannot be kept.
    private async Task KeepAsync(SiteScope scope, LocalDate day, long start, string stamp, SeenDay[] seen, CancellationToken cancellationToken)
    {
        // A plan that came between was in force for some of them.
        if (!stamp.Contains(PlanPart(day), StringComparison.Ordinal)) return;
        try
        {
            await store.KeepAsync(scope, new(Text(day), stamp, SeenCodec.Write(seen, start)), cancellationToken);
        }
        catch (StoreUnavailableException fault)
        {
            log.LogDebug("The sums of {Day} could not be kept: {Fault}", day, fault.Message);
        }
    }

    private SeenDay[]? Read(StoredDay stored, LocalDate day)
    {
        try
        {
            lock (_known)
            {
                if (_known.Count > 500_000) _known.Clear();
                return SeenCodec.Read(stored.Body, _known);
            }
        }
        catch (Exception fault) when (fault is IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            log.LogWarning("The kept sums of {Day} cannot be read and are made anew: {Fault}", day, fault.Message);
            return null;
        }
    }

    private SeenDay[]? Kept(string key, string stamp)
    {
        lock (_gate)
        {
            for (LinkedListNode<Slot>? node = _slots.First; node is not null; node = node.Next)
            {
                if (node.Value.Key != key) continue;
                if (node.Value.Stamp != stamp) return null;
                _slots.Remove(node);
                _slots.AddFirst(node);
                return node.Value.Seen;
            }
        }

        return null;
    }

    private Slot SlotOf(string key)
    {
        lock (_gate)
        {
            Slot? slot = _slots.FirstOrDefault(s => s.Key == key);
            if (slot is not null) _slots.Remove(slot);
            slot ??= new(key);
            _slots.AddFirst(slot);
            if (_slots.Count > MostKept) _slots.RemoveLast();
            return slot;
        }
    }

    private List<(LocalDate Day, long Start, long Until)> Reaches(IReadOnlyList<(LocalDate Day, long Start, long Until)> days) => [.. days.Select(d =>
    {
        var (start, until) = plan.Reach(d.Day, (d.Start, d.Until));
        return (d.Day, start, until);
    })];

    private string StampOf(LocalDate day, TimeMark mark, string sites) => FormattableString.Invariant($"{Program}{PlanPart(day)}{mark.Added}|{mark.Changed}|") + (sites.Length == 0 ? "" : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(sites)))[..32]);

    private string PlanPart(LocalDate day) => $"|{plan.StampOf(day)}|";

    private static TimeMark Sum(IReadOnlyDictionary<long, TimeMark> hours, long start, long until)
    {
        long added = 0, changed = 0;
        for (long hour = start / Hour; hour <= (until - 1) / Hour; hour++)
        {
            if (!hours.TryGetValue(hour, out TimeMark mark)) continue;
            added += mark.Added;
            changed += mark.Changed;
        }

        return new(added, changed);
    }

    private static string KeyOf(SiteScope scope, LocalDate day) => $"{day}\0{(scope.Everything ? "*" : "=" + string.Join('\0', scope.Sites))}";

    private static string Text(LocalDate day) => LocalDatePattern.Iso.Format(day);
}
