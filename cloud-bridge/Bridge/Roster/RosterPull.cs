using Devices.Bridge.Delivery;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>One full pull: complete, or the first refusal and nothing else. A part of a roster is never used.</summary>
public sealed record RosterPull(IReadOnlyList<Department> Departments, IReadOnlyList<Person> People, DeliveryOutcome Outcome)
{
    /// <summary>Whether every page of every department was read.</summary>
    public bool Complete => Outcome.Kind == OutcomeKind.Accepted;

    /// <summary>A pull that failed.</summary>
    public static RosterPull Failed(DeliveryOutcome outcome) => new([], [], outcome);
}

/// <summary>A reading of one person or department: the value, or that there is none, or why nobody knows.</summary>
public sealed record Reading<T>(T? Value, bool Gone, DeliveryOutcome Outcome)
    where T : class;

/// <summary>A department (null for the root) with the people directly in it.</summary>
public sealed record DepartmentPeople(Department? Department, IReadOnlyList<Person> People);

/// <summary>A platform that knows who works where. Refusals come back in the answers; only cancellation is thrown.</summary>
public interface IRosterSource
{
    /// <summary>Reads all departments and people.</summary>
    Task<RosterPull> PullAsync(CancellationToken cancellationToken);

    /// <summary>Reads one person.</summary>
    Task<Reading<Person>> PersonAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Reads one department and who is directly in it.</summary>
    Task<Reading<DepartmentPeople>> DepartmentAsync(long id, CancellationToken cancellationToken);
}
