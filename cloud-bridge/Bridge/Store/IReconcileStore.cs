namespace Devices.Bridge.Store;

/// <summary>A punch as the nightly comparison sees it: the platform's row of the outbox.</summary>
/// <param name="Record">The platform's own row that proved it; null where none did.</param>
/// <param name="Repaired">Whether a comparison sent it again before.</param>
/// <param name="Struck">It does not count any more: that the platform does not show it is as it should be.</param>
public sealed record ComparedPunch(long PunchId, PunchKey Key, string Person, long At, DeliveryState State, string? Record, bool Repaired, bool Struck = false);

/// <summary>One run of the comparison.</summary>
/// <param name="Day">The night it belongs to, <c>yyyy-MM-dd</c> at the site.</param>
/// <param name="Through">People up to here are compared.</param>
public sealed record ReconcileRun(
    long Id, string State, string Day, long From, long To, string Through, long StartedAt, long? FinishedAt, string? ReasonCode, ReconcileCounts Counts);

/// <summary>What a run counted.</summary>
/// <param name="Ours">Punches that we say are at the platform.</param>
/// <param name="Theirs">Rows the platform showed.</param>
/// <param name="Same">In both, right person and minute.</param>
/// <param name="Missing">Ours that the platform does not show.</param>
/// <param name="Repaired">Of these, put back to be asked about and sent again.</param>
/// <param name="Others">Theirs that did not come from us: information, no fault.</param>
public sealed record ReconcileCounts(long People, long Calls, long Ours, long Theirs, long Same, long Missing, long Repaired, long WrongTime, long Doubled, long Others)
{
    public static ReconcileCounts None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Whether somebody should look.</summary>
    public bool Different => Missing + WrongTime + Doubled > 0;
}

/// <summary>One difference.</summary>
/// <param name="Kind"><c>missing</c>, <c>repaired</c>, <c>wrong-time</c>, <c>wrong-person</c>, <c>doubled</c>, <c>refused</c>, <c>not-counted</c> or <c>other</c>.</param>
/// <param name="At">Our time; theirs where we have none.</param>
/// <param name="OtherAt">Their time, where it differs.</param>
/// <param name="Place">The place they show, or their person.</param>
public sealed record ReconcileFinding(string Kind, string Person, long At, long? PunchId = null, string? Record = null, long? OtherAt = null, string? Place = null);

/// <summary>The nightly comparison with the platform: runs, their cursor and what they found.</summary>
public interface IReconcileStore
{
    /// <summary>The newest run, or null.</summary>
    Task<ReconcileRun?> LastAsync(CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<ReconcileRun>> RunsAsync(int limit, CancellationToken cancellationToken = default);

    /// <summary>What a run found, faults before information; of a part of the sites, what concerns a punch of theirs.</summary>
    Task<IReadOnlyList<ReconcileFinding>> FindingsAsync(SiteScope scope, long run, int limit, CancellationToken cancellationToken = default);

    /// <param name="through">People up to here are left to an earlier run.</param>
    Task<ReconcileRun> BeginAsync(string day, long start, long until, string through, CancellationToken cancellationToken = default);

    /// <summary>Adds what a group of people brought and moves the cursor, in one commit: a run goes on there after a restart.</summary>
    Task SaveAsync(long run, string through, ReconcileCounts more, IReadOnlyList<ReconcileFinding> findings, CancellationToken cancellationToken = default);

    Task CloseAsync(long run, bool done, string? reasonCode, CancellationToken cancellationToken = default);

    /// <summary>People above <paramref name="after"/> with punches in the time, in order.</summary>
    Task<IReadOnlyList<string>> PeopleAsync(string after, long start, long until, int limit, CancellationToken cancellationToken = default);

    /// <summary>Their punches in the time.</summary>
    Task<IReadOnlyList<ComparedPunch>> PunchesAsync(IReadOnlyCollection<string> people, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>Whether an earlier run missed this punch too.</summary>
    Task<bool> MissedBeforeAsync(long punchId, long run, CancellationToken cancellationToken = default);

    /// <summary>A delivered punch that the platform does not have is ambiguous again: it is asked about, then sent. False where it is not delivered any more.</summary>
    Task<bool> RepairAsync(long punchId, CancellationToken cancellationToken = default);
}
