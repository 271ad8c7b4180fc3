namespace Devices.Bridge.Store;

/// <summary>What the plan file said from a date on.</summary>
/// <param name="ValidFrom">yyyy-MM-dd at the site.</param>
public sealed record StoredPlan(string ValidFrom, string Content, long LoadedAt);

/// <summary>From a moment on (ms since the Unix epoch) a person belonged to these departments.</summary>
public sealed record Membership(string UserId, long At, IReadOnlyList<long> Departments);

/// <summary>The site's plans as they were in force, so that a later change of the file moves no day that is past.</summary>
public interface IPlanStore
{
    /// <summary>In the order in which they were loaded.</summary>
    Task<IReadOnlyList<StoredPlan>> PlansAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds one that was made on a page, in one transaction with its row of the audit log; false where there are not <paramref name="seen"/> plans any more.</summary>
    Task<bool> TryAddPlanAsync(StoredPlan plan, long seen, string actor, string what, string? address, CancellationToken cancellationToken = default);

    /// <summary>Whether one was ever made on a page: then what is stored is in force without any configuration.</summary>
    Task<bool> IsOwnAsync(CancellationToken cancellationToken = default);

    Task AddPlanAsync(StoredPlan plan, CancellationToken cancellationToken = default);

    /// <summary>Which departments everybody belonged to, each change of it, in order of time.</summary>
    Task<IReadOnlyList<Membership>> MembershipsAsync(CancellationToken cancellationToken = default);
}
