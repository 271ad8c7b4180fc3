using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>How far one terminal is with the roster.</summary>
/// <param name="Line">Which line of revisions it speaks of; null where it has never said.</param>
/// <param name="Local">People whom only this terminal knows.</param>
public sealed record RosterReach(string Terminal, Guid? Line, long Revision, long? ConfirmedAt, long People, long Local, string? Problem);

/// <summary>How far one terminal is with what goes down to it.</summary>
/// <param name="RosterHead">Where the roster is.</param>
/// <param name="Erasures">Leavers whom it has not erased yet, or has not said so.</param>
/// <param name="RelayRevision">Where it stands with its site's sealed records.</param>
public sealed record DownlinkReach(long RosterRevision, long RosterHead, long? RosterConfirmedAt, string? RosterProblem, long Erasures, long RelayRevision, long RelayHead, long? RelayConfirmedAt, string? RelayProblem);

/// <summary>A terminal has erased a leaver.</summary>
public sealed record ErasureProof(string Terminal, string Person, long Revision, long ErasedAt, long Templates, long Cards, long Pins, long ConfirmedAt);

/// <summary>What terminals have confirmed of what went down to them.</summary>
public interface IDownlinkStore
{
    /// <summary>Keeps where a terminal stands and every erasure it tells, in one transaction. The same again changes nothing.</summary>
    Task SaveAppliedAsync(string terminal, RosterApplied applied, CancellationToken cancellationToken = default);

    /// <summary>One row a terminal that is not revoked, by name, also where it never said anything.</summary>
    Task<IReadOnlyList<RosterReach>> ReachAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>One terminal; null where there is none in the scope.</summary>
    Task<DownlinkReach?> ReachAsync(SiteScope scope, string terminal, CancellationToken cancellationToken = default);

    /// <summary>The proofs for one person, or the newest of all.</summary>
    Task<IReadOnlyList<ErasureProof>> ErasuresAsync(SiteScope scope, string? person, int limit, CancellationToken cancellationToken = default);
}
