namespace Devices.Bridge.Store;

public sealed record Department(long Id, long? ParentId, string Name);

public sealed record Person(string UserId, string Name, string? JobNumber, bool Active, IReadOnlyList<long> Departments);

/// <summary>What a reconciliation changed.</summary>
public sealed record RosterChange(int Added, int Changed, int Left, int Departments);

/// <summary>Departments and people as the platform has them.</summary>
public interface IPeopleStore
{
    /// <summary>
    /// Makes the store equal to a full pull in one transaction: upserts, and marks those missing as left (people) or removed
    /// (departments). Nobody is deleted: punches keep their names. Holding back a mass disappearance is the caller's duty.
    /// </summary>
    Task<RosterChange> ReconcileAsync(IReadOnlyList<Department> departments, IReadOnlyList<Person> people, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<Department>> DepartmentsAsync(CancellationToken cancellationToken = default);

    Task<IReadOnlyList<Person>> PeopleAsync(bool includeLeft = false, CancellationToken cancellationToken = default);

    Task<Person?> FindPersonAsync(string userId, CancellationToken cancellationToken = default);
}
