namespace Devices.Bridge.Store;

public sealed record Department(long Id, long? ParentId, string Name);

public sealed record Person(string UserId, string Name, string? JobNumber, bool Active, IReadOnlyList<long> Departments);

/// <summary>Which people; every null field filters nothing.</summary>
public sealed record PeopleFilter
{
    /// <summary>A userid or job number exactly, or a part of a name.</summary>
    public string? Text { get; init; }

    /// <summary>A department's id; sub-departments are included.</summary>
    public long? Department { get; init; }

    /// <summary>How names stand in order.</summary>
    public NameOrder Order { get; init; }

    /// <summary>True: who works here. False: who left.</summary>
    public bool? Active { get; init; }
}

/// <summary>A terminal where a person was seen.</summary>
public sealed record SeenAt(string Terminal, string Site);

/// <summary>What a site's terminals have told each other of a person; sealed, so its contents are not known here.</summary>
/// <param name="Terminal">Who wrote it last.</param>
/// <param name="Pack">The model pack of the templates; empty where there are none: cards only.</param>
public sealed record SiteEnrolment(string Site, string Terminal, string Pack, long ReceivedAt);

/// <summary>What is known of a person beside the roster.</summary>
/// <param name="LeftAt">Null for who works here.</param>
/// <param name="Revision">Of the last change in the roster's order: a terminal that stands below it does not know of it yet.</param>
public sealed record PersonFacts(long FirstSeenAt, long? LeftAt, long Revision, IReadOnlyList<SeenAt> Seen, IReadOnlyList<SiteEnrolment> Enrolled);

/// <summary>How a person stands with what the terminals know of them, for the list.</summary>
/// <param name="Consent">To face recognition: the last one recorded; null where none ever was.</param>
/// <param name="Face">Whether a site's terminals share templates of them, with the cards that were known then.</param>
/// <param name="CardOnly">Whether they share a record without templates.</param>
public sealed record PersonStanding(FaceConsent? Consent, bool Face, bool CardOnly)
{
    public static PersonStanding Nothing { get; } = new(null, false, false);
}

/// <summary>What a reconciliation changed.</summary>
public sealed record RosterChange(int Added, int Changed, int Left, int Departments)
{
    /// <summary>Somebody left and somebody with the same job number (or the same name, where neither has one) came: probably one person under a new id.</summary>
    public IReadOnlyList<(string Old, string New)> Renamed { get; init; } = [];
}

/// <summary>What was read of single people and departments.</summary>
/// <param name="Present">People as they are now.</param>
/// <param name="Gone">Ids of those who are no more.</param>
/// <param name="Departments">Departments as they are now.</param>
/// <param name="Removed">Ids of those that are no more.</param>
public sealed record RosterPart(IReadOnlyList<Person> Present, IReadOnlyList<string> Gone, IReadOnlyList<Department> Departments, IReadOnlyList<long> Removed);

/// <summary>A punch whose person had left before.</summary>
public sealed record LeaverPunch(PunchKey Key, string Person, string Name, long At, long LeftAt);

/// <summary>Departments and people as the platform has them.</summary>
public interface IPeopleStore
{
    /// <summary>
    /// Makes the store equal to a full pull in one transaction: upserts, and marks those missing as left (people) or removed
    /// (departments). Nobody is deleted: punches keep their names. Holding back a mass disappearance is the caller's duty. Every changed
    /// person gets a row in <see cref="IRosterChanges"/> in the same transaction.
    /// </summary>
    Task<RosterChange> ReconcileAsync(IReadOnlyList<Department> departments, IReadOnlyList<Person> people, CancellationToken cancellationToken = default);

    /// <summary>The same for single people and departments; whoever is not named stays as it is.</summary>
    Task<RosterChange> ApplyAsync(RosterPart part, CancellationToken cancellationToken = default);

    /// <summary>Departments that hold, themselves or below them, somebody whom the scope sees.</summary>
    Task<IReadOnlyList<Department>> DepartmentsAsync(SiteScope scope, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<Person>> PeopleAsync(SiteScope scope, bool includeLeft = false, CancellationToken cancellationToken = default);

    Task<Person?> FindPersonAsync(SiteScope scope, string userId, CancellationToken cancellationToken = default);

    /// <summary>By name in the filter's order and userid; beginning after the last one of the page before.</summary>
    Task<IReadOnlyList<Person>> SearchAsync(SiteScope scope, PeopleFilter filter, (string Name, string UserId)? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Null where there is no such person, or not in the scope; rows of other sites are left out.</summary>
    Task<PersonFacts?> FactsAsync(SiteScope scope, string userId, CancellationToken cancellationToken = default);

    /// <summary>Of each of these; who is not in the answer has <see cref="PersonStanding.Nothing"/>. Records of other sites are left out.</summary>
    Task<IReadOnlyDictionary<string, PersonStanding>> StandingsAsync(SiteScope scope, IReadOnlyList<string> userIds, CancellationToken cancellationToken = default);

    /// <summary>How many left at or after a moment and have not come back.</summary>
    Task<int> LeftSinceAsync(long since, CancellationToken cancellationToken = default);

    /// <summary>Punches later than their person's leaving for which no row of the exceptions list was ever made with <see cref="LeaverCause"/>, oldest first.</summary>
    Task<IReadOnlyList<LeaverPunch>> LeaverPunchesAsync(int limit, CancellationToken cancellationToken = default);

    /// <summary>Whether the store has a punch of that person with <paramref name="start"/> ≤ at &lt; <paramref name="until"/>.</summary>
    Task<bool> HasPunchAsync(string person, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>What makes the row of a leaver's punch the only one.</summary>
    static string LeaverCause(PunchKey key) => $"roster|reason.left|{key.Terminal}|{key.Ledger:D}|{key.Seq}";
}
