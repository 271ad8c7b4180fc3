using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>A record as kept.</summary>
public sealed record KeptRecord(long Revision, SiteRecord Record);

/// <summary>What became of a record that a terminal sent.</summary>
public enum KeepVerdict
{
    Kept,

    /// <summary>A newer one of the same slot is there, or this very one.</summary>
    Older,

    /// <summary>The person has left: nothing of theirs is kept any more.</summary>
    Left,

    /// <summary>The site holds as many records as it may.</summary>
    Full,

    /// <summary>The terminal has not heard yet that it belongs to another site: what it sends is sealed for the old one.</summary>
    Elsewhere,
}

/// <summary>Whose records a terminal gets.</summary>
/// <param name="Name">Empty for the main site.</param>
/// <param name="Salt">Makes the site's line of revisions out of the bridge's; empty where they are the same.</param>
public sealed record SiteExchange(string Name, string Salt);

/// <summary>
/// The sealed records of each site (<c>terminals.site</c>; terminals without one are one site): the newest of each slot, in the order of
/// revisions that never come twice.
/// </summary>
public interface ISiteStore
{
    /// <summary>Keeps a record in its slot, in one transaction with what it replaces or erases.</summary>
    /// <param name="terminal">Whose site it is for.</param>
    /// <param name="line">The line of revisions of a site's <see cref="SiteExchange.Salt"/>.</param>
    Task<KeepVerdict> KeepAsync(string terminal, SiteRecord record, Func<string, Guid> line, CancellationToken cancellationToken = default);

    /// <summary>Whose records the terminal gets now.</summary>
    Task<SiteExchange> ExchangeAsync(string terminal, CancellationToken cancellationToken = default);

    /// <summary>Grows with everything that an operator wishes of a terminal.</summary>
    Task<long> NewsAsync(CancellationToken cancellationToken = default);

    /// <summary>The newest revision of the terminal's site; 0 for none.</summary>
    Task<long> HeadAsync(string terminal, CancellationToken cancellationToken = default);

    /// <summary>What follows a revision, oldest first.</summary>
    Task<IReadOnlyList<KeptRecord>> AfterAsync(string terminal, long revision, int limit, CancellationToken cancellationToken = default);

    /// <summary>Erases what is kept of a person, at every site; the number of records.</summary>
    Task<int> ErasePersonAsync(string person, CancellationToken cancellationToken = default);

    /// <summary>Makes the <c>revoked</c> records equal to which members are revoked or belong to another site now; true where something changed.</summary>
    Task<bool> MarkGoneAsync(CancellationToken cancellationToken = default);

    Task SaveReachAsync(string terminal, RelayApplied applied, CancellationToken cancellationToken = default);
}
