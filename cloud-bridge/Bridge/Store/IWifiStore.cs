using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>What a site makes of phones that its routers see.</summary>
public static class WifiPolicies
{
    /// <summary>Nothing: routers of the site look for no phone.</summary>
    public const string Off = "off";

    /// <summary>Shown beside the person's day; never counted.</summary>
    public const string Evidence = "evidence";

    /// <summary>The first coming and the last going of a day become punches of method <c>wifi</c>.</summary>
    public const string Punch = "punch";

    public static IReadOnlyList<string> All { get; } = [Off, Evidence, Punch];
}

/// <summary>A site, and what it makes of phones.</summary>
/// <param name="Site">Empty for the main site.</param>
public sealed record WifiSite(string Site, string Policy, long? SetAt, string? SetBy, long? AcceptedAt, long Phones);

/// <summary>A router that reports.</summary>
/// <param name="LastAt">When its last batch came.</param>
/// <param name="Through">Reports of its present spool that are stored or passed over.</param>
/// <param name="Lost">Reports that the router says it made and that never came.</param>
/// <param name="Unknown">Passed over: of no phone that counts at its site, or too old.</param>
public sealed record WifiRouter(string Router, string Site, long AddedAt, long? LastAt, long Through, long Lost, long Unknown);

/// <summary>A phone with its owner's consent. Times in ms since the Unix epoch.</summary>
/// <param name="Site">Where it counts; <see cref="EverySite"/> for everywhere.</param>
/// <param name="Hint">The last two bytes of its address; null after the end.</param>
/// <param name="IsPrivate">Whether the address was made up by the phone for this network.</param>
public sealed record WifiPhone(
    long Id, string Person, string? Name, string Site, string? Hint, bool IsPrivate, string TextVersion, string Channel, long GivenAt, long RecordedAt, string RecordedBy, long? WithdrawnAt, string? WithdrawnBy)
{
    public const string EverySite = "*";
}

/// <summary>A phone to register. The address goes no further than its key.</summary>
/// <param name="Address">As <c>aa:bb:cc:dd:ee:ff</c>.</param>
public sealed record NewPhone(string Person, string Address, bool IsPrivate, string Site, string TextVersion, string Channel, long GivenAt);

public enum PhoneVerdict
{
    Added,

    /// <summary>The address is registered already, whoever for.</summary>
    Taken,

    /// <summary>The person has as many phones as one may have.</summary>
    TooMany,

    /// <summary>No such person is active.</summary>
    NoPerson,
}

public enum RouterVerdict
{
    Added,
    Already,

    /// <summary>A terminal of that name is there which records punches, or was made for corrections.</summary>
    IsTerminal,
}

/// <summary>One stored report.</summary>
/// <param name="UncertaintyMs">-1: not later than <paramref name="At"/>, and nothing more is known.</param>
public sealed record PhoneSeen(string Person, string Router, string Kind, long At, long UncertaintyMs);

/// <summary>What became of a batch.</summary>
/// <param name="Phones">The list in force at the router's site; keys in order.</param>
public sealed record WifiTaken(long Through, int Stored, int Passed, int Punches, string Salt, IReadOnlyList<string> Phones);

/// <summary>Phones, what routers saw of them, and the punches that are made of it.</summary>
public interface IWifiStore
{
    /// <summary>Most phones of one person.</summary>
    const int MostPhones = 3;

    Task<PhoneVerdict> AddPhoneAsync(NewPhone phone, string by, CancellationToken cancellationToken = default);

    /// <summary>Ends a registration: key, hint and every report of it are erased with it. False where none in force is in the scope.</summary>
    Task<bool> WithdrawAsync(SiteScope scope, long id, string by, CancellationToken cancellationToken = default);

    /// <summary>By person, those in force first.</summary>
    Task<IReadOnlyList<WifiPhone>> PhonesAsync(SiteScope scope, string? person, int limit, CancellationToken cancellationToken = default);

    /// <summary>Every site that has terminals or a policy.</summary>
    Task<IReadOnlyList<WifiSite>> SitesAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <param name="accepted">For <see cref="WifiPolicies.Punch"/>: that somebody takes it upon them that a phone is no person.</param>
    Task SetPolicyAsync(string site, string policy, bool accepted, string by, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<WifiRouter>> RoutersAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>Makes a name a router's, before it enrols with a claim made for it.</summary>
    Task<RouterVerdict> AddRouterAsync(string router, string site, string by, CancellationToken cancellationToken = default);

    Task<bool> IsRouterAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores what is new of a batch and makes the punches that follow, in one transaction: sent again, it changes nothing. Null where
    /// the sender is no router.
    /// </summary>
    /// <param name="dayOf">The day to which a time belongs, as <c>2026-11-26</c>.</param>
    /// <param name="oldest">Reports before it are passed over.</param>
    Task<WifiTaken?> TakeAsync(string router, AssociationBatch batch, Func<long, string> dayOf, long oldest, CancellationToken cancellationToken = default);

    /// <summary>Ends days before <paramref name="today"/>: who went last has gone. Returns how many punches were made.</summary>
    Task<int> CloseAsync(string today, CancellationToken cancellationToken = default);

    /// <summary>Removes reports that came before a moment, with the days before <paramref name="day"/>; ends the registrations of people who left.</summary>
    Task<int> CleanAsync(long before, string day, CancellationToken cancellationToken = default);

    /// <summary>What was seen of a person's phones in [from, until), oldest first.</summary>
    Task<IReadOnlyList<PhoneSeen>> SeenAsync(SiteScope scope, string person, long from, long until, CancellationToken cancellationToken = default);
}
