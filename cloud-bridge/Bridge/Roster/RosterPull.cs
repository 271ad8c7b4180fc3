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

/// <summary>A platform that knows who works where.</summary>
public interface IRosterSource
{
    /// <summary>Reads all departments and people. Refusals come back in the pull; only cancellation is thrown.</summary>
    Task<RosterPull> PullAsync(CancellationToken cancellationToken);
}
