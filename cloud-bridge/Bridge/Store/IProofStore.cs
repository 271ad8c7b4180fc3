namespace Devices.Bridge.Store;

/// <summary>A delivered punch that the platform's record list has not shown yet.</summary>
/// <param name="Checks">Lookups so far without a trace.</param>
public sealed record UnprovedPunch(long PunchId, PunchKey Key, string Person, long At, int Checks);

/// <summary>Another punch of the same person at the same terminal.</summary>
/// <param name="At">ms since the Unix epoch, UTC.</param>
/// <param name="Awaiting">The platform said yes to it and has not shown it yet: one of the rows is probably its own.</param>
public sealed record Neighbour(long At, bool Awaiting);

/// <summary>What the platform's record list proves. A platform row proves one punch only.</summary>
public interface IProofStore
{
    /// <summary>Lookups made for a punch since it was last sent.</summary>
    Task<int> ChecksAsync(long punchId, CancellationToken cancellationToken = default);

    /// <summary>Notes a lookup without a trace, and for a delivered punch when to look again. Returns the lookups so far.</summary>
    Task<int> CountCheckAsync(long punchId, long? nextCheckAt, CancellationToken cancellationToken = default);

    /// <summary>Delivered at or before <paramref name="deliveredBefore"/>, unproved and due at <paramref name="now"/>, oldest first.</summary>
    Task<IReadOnlyList<UnprovedPunch>> UnprovedAsync(long deliveredBefore, long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ties the platform's row to the punch: it is delivered and proved. <paramref name="note"/> is why the platform does not
    /// count the row, or null. False where the row already proves another punch.
    /// </summary>
    Task<bool> ProveAsync(long punchId, string platformRecord, string? note, CancellationToken cancellationToken = default);

    /// <summary>Gives a delivered, unproved punch up as a dead letter; what is known of its sending stays. False where it is proved meanwhile.</summary>
    Task<bool> GiveUpAsync(long punchId, string reasonCode, CancellationToken cancellationToken = default);

    /// <summary>Which of these platform rows already prove a punch.</summary>
    Task<IReadOnlySet<string>> TakenAsync(IReadOnlyCollection<string> platformRecords, CancellationToken cancellationToken = default);

    /// <summary>A person's other punches at a terminal, with <paramref name="start"/> ≤ at &lt; <paramref name="until"/>.</summary>
    Task<IReadOnlyList<Neighbour>> NeighboursAsync(long punchId, string terminal, string person, long start, long until, CancellationToken cancellationToken = default);
}
