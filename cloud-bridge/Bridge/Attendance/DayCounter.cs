using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Counts many days of the same people, as <see cref="DayTally"/> counts each, without a record a person and day: who was not seen is
/// what is left of a department's heads.
/// </summary>
public sealed class DayCounter
{
    private readonly SitePlan _plan;
    private readonly Func<string, string> _sites;
    private readonly DateTimeZone _zone;
    private readonly Instant _now;
    private readonly IReadOnlyList<Person> _people;
    private readonly Dictionary<string, int> _index;
    private readonly List<long> _departments = [0];
    private readonly int[][] _of;
    private readonly int[] _heads;

    /// <param name="people">Who belongs to the organisation now.</param>
    /// <param name="sites">The site of each terminal.</param>
    public DayCounter(IReadOnlyList<Person> people, SitePlan plan, Func<string, string> sites, DateTimeZone zone, Instant now)
    {
        ArgumentNullException.ThrowIfNull(people);
        (_people, _plan, _sites, _zone, _now) = (people, plan, sites, zone, now);
        _index = new(people.Count, StringComparer.Ordinal);
        Dictionary<long, int> numbers = new() { [0] = 0 };
        _of = new int[people.Count][];
        for (int i = 0; i < people.Count; i++)
        {
            _index[people[i].UserId] = i;
            _of[i] = people[i].Departments.Count == 0 ? [0] : [.. people[i].Departments.Select(NumberOf)];
        }

        _heads = new int[_departments.Count];
        foreach (int[] own in _of)
            foreach (int department in own) _heads[department]++;

        int NumberOf(long department)
        {
            if (numbers.TryGetValue(department, out int number)) return number;
            _departments.Add(department);
            return numbers[department] = _departments.Count - 1;
        }
    }

    /// <summary>One day: everybody, by department (0 for who is in none), and by the site where somebody was seen last.</summary>
    public (DayTally All, IReadOnlyDictionary<long, DayTally> Departments, IReadOnlyDictionary<string, DayTally> Sites) Count(LocalDate day, IReadOnlyList<SeenDay> seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        Sum all = default;
        Sum[] sums = new Sum[_departments.Count];
        int[] left = [.. _heads];
        int known = 0;
        Dictionary<string, Sum> terminals = new(StringComparer.Ordinal);
        bool same = _plan.SameOn(day);
        bool[]? here = same ? null : new bool[_people.Count];
        foreach (SeenDay one in seen)
        {
            all.Saw(one.Marks);
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(terminals, one.LastTerminal, out _).Saw(one.Marks);
            if (!_index.TryGetValue(one.Person, out int i))
            {
                sums[0].Saw(one.Marks);
                continue;
            }

            known++;
            if (here is not null) here[i] = true;
            foreach (int department in _of[i])
            {
                sums[department].Saw(one.Marks);
                left[department]--;
            }
        }

        if (same)
        {
            Standing standing = DayOverview.Unseen(day, _plan.On(day, null), _plan.HasShifts, _zone, _now).Standing;
            all.Missed(standing, _people.Count - known);
            for (int d = 0; d < sums.Length; d++) sums[d].Missed(standing, left[d]);
        }
        else
        {
            for (int i = 0; i < _people.Count; i++)
            {
                if (here![i]) continue;
                Standing standing = DayOverview.Unseen(day, _plan.On(day, _people[i].UserId), _plan.HasShifts, _zone, _now).Standing;
                all.Missed(standing, 1);
                foreach (int department in _of[i]) sums[department].Missed(standing, 1);
            }
        }

        Dictionary<string, Sum> sites = new(StringComparer.Ordinal);
        foreach (var (terminal, sum) in terminals)
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sites, _sites(terminal), out _).Add(sum);
        Dictionary<long, DayTally> departments = [];
        for (int d = 0; d < sums.Length; d++)
            if (d > 0 || sums[0].Any || _heads[0] > 0) departments[_departments[d]] = sums[d].Tally;
        return (all.Tally, departments, sites.ToDictionary(s => s.Key, s => s.Value.Tally, StringComparer.Ordinal));
    }

    private struct Sum
    {
        private int _expected, _seen, _late, _missing, _notDue;

        public readonly DayTally Tally => new(_expected, _seen, _late, _missing, _notDue);

        public readonly bool Any => _seen > 0;

        public void Saw(SeenMarks marks)
        {
            _seen++;
            if ((marks & SeenMarks.Planned) != 0) _expected++;
            if ((marks & SeenMarks.Late) != 0) _late++;
        }

        public void Missed(Standing standing, int heads)
        {
            if (standing == Standing.Missing)
            {
                _missing += heads;
                _expected += heads;
            }
            else if (standing == Standing.NotDue)
            {
                _notDue += heads;
            }
        }

        public void Add(Sum other)
        {
            _expected += other._expected;
            _seen += other._seen;
            _late += other._late;
            _missing += other._missing;
            _notDue += other._notDue;
        }
    }
}
