using System.Globalization;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>What came of reading marks.</summary>
/// <param name="Settled">Read, and done with.</param>
/// <param name="Again">Nobody knows yet, or the platform still says the opposite of its event.</param>
/// <param name="Pull">Whether only a full pull can tell.</param>
public sealed record MarkResult(IReadOnlyList<RosterMark> Settled, IReadOnlyList<RosterMark> Again, bool Pull);

/// <summary>
/// Reads what marks name. An event is never believed: it only leads here. Where the answer contradicts it, it is asked again before
/// somebody is taken for gone, since the platform's answers may lag behind its events.
/// </summary>
internal sealed class MarkReading(IRosterSource source, IPeopleStore people)
{
    // The reading and two more.
    private const int Readings = 3;
    private const int MostAsked = 200;

    private readonly List<RosterMark> _settled = [], _again = [];
    private readonly Dictionary<string, Person> _present = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Department> _departments = [];
    private readonly HashSet<long> _removed = [];
    private bool _pull;

    public IReadOnlyList<Person> Present => [.. _present.Values];

    public IReadOnlyList<string> Gone => [.. _gone.Where(id => !_present.ContainsKey(id))];

    public IReadOnlyList<Department> Departments => [.. _departments.Values];

    public IReadOnlyList<long> Removed => [.. _removed.Where(id => !_departments.ContainsKey(id))];

    public MarkResult Result => new(_settled, _again, _pull);

    public async Task ReadAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken)
    {
        foreach (RosterMark mark in marks)
        {
            bool done = mark.Kind switch
            {
                MarkKind.Person => await PersonAsync(mark, cancellationToken),
                MarkKind.Department => await DepartmentAsync(mark, cancellationToken),
                _ => _pull = true,
            };
            (done ? _settled : _again).Add(mark);
        }
    }

    private async Task<bool> PersonAsync(RosterMark mark, CancellationToken cancellationToken)
    {
        Reading<Person> reading = await source.PersonAsync(mark.Id, cancellationToken);
        if (reading.Value is { } person)
        {
            _present[mark.Id] = person;
            return mark.Expect != Expectation.Gone || Last(mark);
        }

        if (!reading.Gone) return Unknown(reading.Outcome);
        if (mark.Expect == Expectation.Here && !Last(mark)) return false;
        _gone.Add(mark.Id);
        return true;
    }

    private async Task<bool> DepartmentAsync(RosterMark mark, CancellationToken cancellationToken)
    {
        if (!long.TryParse(mark.Id, NumberStyles.None, CultureInfo.InvariantCulture, out long id)) return true;
        Reading<DepartmentPeople> reading = await source.DepartmentAsync(id, cancellationToken);
        if (reading.Value is null && !reading.Gone) return Unknown(reading.Outcome);
        if (reading.Gone && mark.Expect == Expectation.Here && !Last(mark)) return false;
        if (reading.Value is { } there)
        {
            if (there.Department is { } department) _departments[id] = department;
            foreach (Person person in there.People) _present[person.UserId] = person;
        }
        else
        {
            _removed.Add(id);
        }

        // Who was in it and is not listed any more has moved or left: each is asked about.
        List<string> others = [.. (await people.PeopleAsync(SiteScope.All, includeLeft: false, cancellationToken))
            .Where(p => p.Departments.Contains(id) && !_present.ContainsKey(p.UserId) && !_gone.Contains(p.UserId)).Select(p => p.UserId)];
        if (others.Count > MostAsked) return _pull = true;
        foreach (string other in others)
        {
            Reading<Person> one = await source.PersonAsync(other, cancellationToken);
            if (one.Value is { } person) _present[other] = person;
            else if (one.Gone) _gone.Add(other);
            else return Unknown(one.Outcome);
        }

        return reading.Gone || mark.Expect != Expectation.Gone || Last(mark);
    }

    // What no repetition will answer is left to the full pull, which asks otherwise.
    private bool Unknown(DeliveryOutcome outcome) => outcome.Kind is OutcomeKind.Configuration or OutcomeKind.Refused && (_pull = true);

    private static bool Last(RosterMark mark) => mark.Attempts + 1 >= Readings;
}
