using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Exports;

/// <summary>People that filters name, and their departments.</summary>
public sealed class RosterOf(IPeopleStore people)
{
    public async Task<PeopleOf> ReadAsync(SiteScope scope, PunchFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        IReadOnlyList<Department> departments = await people.DepartmentsAsync(scope, cancellationToken);
        IReadOnlyList<Person> all = await people.PeopleAsync(scope, includeLeft: true, cancellationToken);
        IEnumerable<Person> chosen = all.Where(p => p.Active);
        if (filter.Department is { } id)
        {
            HashSet<long> below = [id];
            while (departments.Where(d => d.ParentId is { } parent && below.Contains(parent) && below.Add(d.Id)).ToList().Count > 0)
            {
                // Down to the leaves.
            }

            chosen = chosen.Where(p => p.Departments.Any(below.Contains));
        }

        if (filter.Person?.Trim() is { Length: > 0 } typed)
            chosen = chosen.Where(p => p.UserId == typed || p.JobNumber == typed || p.Name.Contains(typed, StringComparison.OrdinalIgnoreCase));
        // Who works at no site of the scope is not missing there.
        return new([.. filter.Site is null ? chosen : []], all.ToDictionary(p => p.UserId, StringComparer.Ordinal), departments.ToDictionary(d => d.Id, d => d.Name));
    }
}

/// <param name="Everybody">Whom the filters name.</param>
public sealed record PeopleOf(IReadOnlyList<Person> Everybody, IReadOnlyDictionary<string, Person> Known, IReadOnlyDictionary<long, string> Departments)
{
    public string? DepartmentOf(string person) => Known.TryGetValue(person, out Person? one)
        ? string.Join(", ", one.Departments.Select(d => Departments.GetValueOrDefault(d)).OfType<string>().Order(StringComparer.Ordinal)) : null;
}
