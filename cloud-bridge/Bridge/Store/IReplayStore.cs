namespace Devices.Bridge.Store;

/// <summary>A person's dead letters of one reason.</summary>
public sealed record PersonsDead(string Person, IReadOnlyList<long> PunchIds);

/// <summary>Sending again to targets beside the platform.</summary>
public interface IReplayStore
{
    /// <summary>Makes delivered, dead and skipped rows of a target pending again, for punches made in [from, until), ms since the Unix epoch. Returns how many.</summary>
    Task<int> ReplayAsync(string target, long from, long until, CancellationToken cancellationToken = default);

    /// <summary>How many <see cref="ReplayAsync"/> would send again.</summary>
    Task<long> CountAsync(string target, long from, long until, CancellationToken cancellationToken = default);

    /// <summary>The same for one punch, by its number of arrival; returns 1, or 0 where there is nothing to send again.</summary>
    Task<int> ReplayOneAsync(string target, long punchId, CancellationToken cancellationToken = default);

    /// <summary>Dead letters of a reason by person, at most so many rows.</summary>
    Task<IReadOnlyList<PersonsDead>> DeadAsync(string target, string reasonCode, int limit, CancellationToken cancellationToken = default);

    /// <summary>Names of the targets beside the platform that have rows, or had.</summary>
    Task<IReadOnlyList<string>> TargetsAsync(CancellationToken cancellationToken = default);
}
