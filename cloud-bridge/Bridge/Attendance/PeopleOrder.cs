using Devices.Bridge.Store;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Everybody by name, worked out once for a roster and a language: comparing twenty thousand names by pinyin takes longer than all the rest of a
/// page. Somebody whom the roster does not know stands where the userid would.
/// </summary>
public sealed class PeopleOrder
{
    /// <summary>A place among the names.</summary>
    /// <param name="Number">Twice the place, one less for what stands before it.</param>
    /// <param name="Person">Decides between those whom the roster does not know.</param>
    public readonly record struct Place(int Number, string Person);

    private readonly StringComparer _names;
    private readonly Person[] _sorted;
    private readonly Dictionary<string, int> _places;

    /// <param name="everybody">Who left included.</param>
    public PeopleOrder(IReadOnlyList<Person> everybody, StringComparer names)
    {
        ArgumentNullException.ThrowIfNull(everybody);
        _names = names;
        _sorted = [.. everybody];
        Array.Sort(_sorted, (a, b) => Compare(a.Name, a.UserId, b.Name, b.UserId));
        _places = new(_sorted.Length, StringComparer.Ordinal);
        for (int i = 0; i < _sorted.Length; i++) _places[_sorted[i].UserId] = i;
    }

    /// <summary>Null for who is not known.</summary>
    public string? NameOf(string person) => _places.TryGetValue(person, out int place) ? _sorted[place].Name : null;

    public Place PlaceOf(string person)
    {
        if (_places.TryGetValue(person, out int place)) return new(2 * place, person);
        int low = 0, high = _sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Compare(_sorted[middle].Name, _sorted[middle].UserId, person, person) < 0) low = middle + 1;
            else high = middle;
        }

        return new((2 * low) - 1, person);
    }

    public int Compare(Place one, Place other) => one.Number != other.Number ? one.Number.CompareTo(other.Number) : Compare(one.Person, one.Person, other.Person, other.Person);

    private int Compare(string name, string person, string otherName, string other) => _names.Compare(name, otherName) is not 0 and int by ? by : string.CompareOrdinal(person, other);
}

/// <summary>The orders in use, as long as the roster stays as it is.</summary>
public sealed class PeopleOrders(IPeopleStore people)
{
    private const int MostKept = 4;

    private readonly Lock _gate = new();
    private readonly List<(IReadOnlyList<Person> Everybody, StringComparer Names, PeopleOrder Order)> _kept = [];

    public async Task<PeopleOrder> OfAsync(StringComparer names, CancellationToken cancellationToken = default)
    {
        // The store gives the same list again while nothing changed.
        IReadOnlyList<Person> everybody = await people.PeopleAsync(SiteScope.All, includeLeft: true, cancellationToken);
        lock (_gate)
        {
            _kept.RemoveAll(k => !ReferenceEquals(k.Everybody, everybody));
            foreach (var kept in _kept)
                if (kept.Names.Equals(names)) return kept.Order;
        }

        PeopleOrder order = new(everybody, names);
        lock (_gate)
        {
            if (_kept.Count >= MostKept) _kept.RemoveAt(0);
            _kept.Add((everybody, names, order));
        }

        return order;
    }
}
