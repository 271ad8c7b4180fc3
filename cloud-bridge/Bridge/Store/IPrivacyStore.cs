namespace Devices.Bridge.Store;

/// <summary>A person's consent to be recognised by face. Times in ms since the Unix epoch.</summary>
/// <param name="TextVersion">Of the wording that was consented to.</param>
/// <param name="Channel">How it was given: <c>paper</c>, <c>form</c>, … as it was written down.</param>
/// <param name="Revision">After a withdrawal: the roster's change at which terminals erase.</param>
public sealed record FaceConsent(
    long Id, string Person, string TextVersion, string Channel, long GivenAt, long RecordedAt, string RecordedBy, long? WithdrawnAt, string? WithdrawnBy, long? Revision);

/// <summary>Somebody with the consent that is in force, or the last one; null where none was ever recorded.</summary>
/// <param name="Enrolled">Sealed records of them that the bridge keeps for terminals.</param>
public sealed record ConsentState(string Person, string Name, bool Active, FaceConsent? Consent, long Enrolled);

/// <summary>An erased person's tombstone.</summary>
/// <param name="Revision">Terminals that stand below it still have to erase.</param>
/// <param name="Done">What was removed at the bridge, in numbers (JSON).</param>
public sealed record ErasedPerson(long Id, string Person, long ErasedAt, string ErasedBy, string Reason, long Revision, string Done);

/// <summary>How one terminal stands with an erasure.</summary>
/// <param name="ConfirmedAt">When it was told; null while it has not been.</param>
/// <param name="Templates">What it said that it erased; null where it had nothing to erase.</param>
public sealed record TerminalErasure(string Terminal, string Site, bool Reached, long? ConfirmedAt, long? Templates, long? Cards, long? Pins, bool Revoked);

/// <summary>Why an erasure was not made.</summary>
public enum ErasureVerdict
{
    Erased,

    /// <summary>There is no such person.</summary>
    Unknown,

    /// <summary>The platform still names the person: the next pull would bring the name back.</summary>
    StillThere,

    /// <summary>It was made before.</summary>
    Before,
}

/// <summary>Consents, and the erasure of people.</summary>
public interface IPrivacyStore
{
    /// <summary>Records a consent; false where one is in force already.</summary>
    Task<bool> AddConsentAsync(string person, string textVersion, string channel, long givenAt, string by, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the consent in force and, in the same transaction, erases the sealed records with a face and has every terminal erase the person's
    /// templates. Cards and PIN stay (at terminals that do not judge consents they go too: those are told of a leaving and a joining). Null where no consent is in force. Returns the roster's revision.
    /// </summary>
    Task<long?> WithdrawConsentAsync(string person, string by, CancellationToken cancellationToken = default);

    /// <summary>
    /// Notes whether a consent is required. Where that is another rule than before, everybody who works here and has none in force gets a change
    /// in the roster, so that terminals hear of it. Returns of how many they are told.
    /// </summary>
    Task<int> TellRequirementAsync(bool required, CancellationToken cancellationToken = default);

    /// <summary>Of one person, newest first.</summary>
    Task<IReadOnlyList<FaceConsent>> ConsentsAsync(string person, CancellationToken cancellationToken = default);

    /// <summary>Everybody of the scope whom the roster has, by name; those without a consent in force only, where <paramref name="missing"/>; one of them, where <paramref name="person"/> is given.</summary>
    Task<IReadOnlyList<ConsentState>> ConsentStatesAsync(SiteScope scope, bool missing, int limit, string? person = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases a leaver at the bridge in one transaction: name, job number, departments, consents' words, notices' texts, sealed records; and has
    /// every terminal erase again. Punches stay under the userid, which the chain is made over, and no name belongs to it any more. Photos' files
    /// are the caller's. The same again changes nothing.
    /// </summary>
    /// <param name="force">Also where the platform still names the person: for a restore, which may be older than the leaving.</param>
    Task<(ErasureVerdict Verdict, ErasedPerson? Erased)> EraseAsync(string person, string by, string reason, long at, bool force, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<ErasedPerson>> ErasedAsync(int limit, CancellationToken cancellationToken = default);

    Task<ErasedPerson?> FindErasedAsync(string person, CancellationToken cancellationToken = default);

    /// <summary>Every terminal and how it stands with a person's erasure at a revision.</summary>
    Task<IReadOnlyList<TerminalErasure>> TerminalsAsync(string person, long revision, CancellationToken cancellationToken = default);

    /// <summary>Every row of the store that speaks of a person, table by table, as columns and values; none of them is a template or its seal.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>>> RowsOfAsync(string person, CancellationToken cancellationToken = default);
}
