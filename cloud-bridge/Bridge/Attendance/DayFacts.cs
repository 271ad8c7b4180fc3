using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// A day's punches that count, by person, and how each person stands: whoever got a punch, or for whom time has passed a point of the shift, is
/// judged again, nobody else. Used by one at a time.
/// </summary>
internal sealed class DayFacts(LocalDate day, SitePlan plan)
{
    private sealed class One(AttendanceWindows windows)
    {
        public AttendanceWindows Windows { get; } = windows;
        public List<DayFact> Own { get; } = [];
        public SeenDay Seen { get; set; }
        public Instant? Judged { get; set; }
    }

    private readonly AttendanceWindows? _everybody = plan.SameForAll(day) ? plan.Around(day) : null;
    private readonly Dictionary<string, One> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<AttendanceWindows, IReadOnlyList<Instant>> _turns = [];

    // Windows of people with the same shifts are the same: one for each line of shifts.
    private readonly Dictionary<ShiftLine, AttendanceWindows> _lines = [];

    // Read again each time: numbers are given before the commit, so that another program's may show up behind a newer one.
    private const long Overlap = 256;

    private readonly HashSet<long> _numbers = [];
    private long _newest;

    /// <summary>Punches with higher numbers may be new.</summary>
    public long Through => Math.Max(0, _newest - Overlap);

    public void Add(IEnumerable<DayFact> facts)
    {
        foreach (DayFact fact in facts)
        {
            if (!_numbers.Add(fact.Id)) continue;
            _newest = Math.Max(_newest, fact.Id);
            _people.TryGetValue(fact.Person, out One? one);
            AttendanceWindows windows = one?.Windows ?? WindowsOf(fact.Person);
            if (windows.DayOf(Instant.FromUnixTimeMilliseconds(fact.At)) != day) continue;
            if (one is null) _people[fact.Person] = one = new(windows);
            one.Own.Add(fact);
            one.Judged = null;
        }
    }

    /// <summary>Everybody who was seen, in no order.</summary>
    public SeenDay[] At(Instant now)
    {
        SeenDay[] seen = new SeenDay[_people.Count];
        int i = 0;
        foreach (One one in _people.Values)
        {
            if (one.Judged is not { } judged || judged > now || Turned(one.Windows, judged, now)) Judge(one, now);
            seen[i++] = one.Seen;
        }

        return seen;
    }

    /// <summary>Which day a person's moment belongs to.</summary>
    public LocalDate DayOf(string person, long at) => (_people.GetValueOrDefault(person)?.Windows ?? WindowsOf(person)).DayOf(Instant.FromUnixTimeMilliseconds(at));

    private AttendanceWindows WindowsOf(string person) => _everybody ?? plan.Around(day, person, _lines);

    private void Judge(One one, Instant now)
    {
        one.Own.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Id.CompareTo(b.Id));
        TimedPunch[] punches = new TimedPunch[one.Own.Count];
        for (int i = 0; i < punches.Length; i++)
        {
            DayFact fact = one.Own[i];
            punches[i] = new(fact.Key, Instant.FromUnixTimeMilliseconds(fact.At), fact.UncertaintyMs < 0 ? null : Duration.FromMilliseconds(fact.UncertaintyMs), fact.Direction);
        }

        DayFact first = one.Own[0], last = one.Own[^1];
        one.Seen = new(first.Person, first.At, last.At, punches.Length, last.Key.Terminal, SeenDay.MarksOf(AttendanceCalculator.Day(one.Windows, day, punches, now)));
        one.Judged = now;
    }

    private bool Turned(AttendanceWindows windows, Instant judged, Instant now)
    {
        if (!_turns.TryGetValue(windows, out IReadOnlyList<Instant>? turns)) _turns[windows] = turns = AttendanceCalculator.Turns(windows, day);
        foreach (Instant turn in turns)
            if (judged < turn && now >= turn) return true;
        return false;
    }
}
