using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>How far one terminal is with the roster.</summary>
/// <param name="Line">Which line of revisions it speaks of; null where it has never said.</param>
/// <param name="Local">People whom only this terminal knows.</param>
public sealed record RosterReach(string Terminal, Guid? Line, long Revision, long? ConfirmedAt, long People, long Local, string? Problem);

/// <summary>A terminal has erased a leaver.</summary>
public sealed record ErasureProof(string Terminal, string Person, long Revision, long ErasedAt, long Templates, long Cards, long Pins, long ConfirmedAt);

/// <summary>What terminals have confirmed of what went down to them.</summary>
public interface IDownlinkStore
{
    /// <summary>Keeps where a terminal stands and every erasure it tells, in one transaction. The same again changes nothing.</summary>
    Task SaveAppliedAsync(string terminal, RosterApplied applied, CancellationToken cancellationToken = default);

    /// <summary>One row a terminal that is not revoked, by name, also where it never said anything.</summary>
    Task<IReadOnlyList<RosterReach>> ReachAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>The proofs for one person, or the newest of all.</summary>
    Task<IReadOnlyList<ErasureProof>> ErasuresAsync(SiteScope scope, string? person, int limit, CancellationToken cancellationToken = default);
}
