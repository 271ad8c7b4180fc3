namespace Devices.Bridge.Store;

public sealed record AuditRow(long Id, long At, string Actor, string Action, string? Target, string? Detail, string? Address);

/// <summary>Which rows; every null field filters nothing.</summary>
public sealed record AuditFilter
{
    public string? Actor { get; init; }
    public string? Action { get; init; }

    /// <summary>Earliest time, inclusive, ms since the Unix epoch.</summary>
    public long? From { get; init; }

    /// <summary>Latest time, exclusive.</summary>
    public long? To { get; init; }
}

/// <summary>Who did what: insert-only.</summary>
public interface IAuditStore
{
    Task AuditAsync(string actor, string action, string? target = null, string? detail = null, string? address = null, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<AuditRow>> AuditLogAsync(int limit, CancellationToken cancellationToken = default);

    /// <summary>Newest first, beginning below the id of the page before.</summary>
    Task<IReadOnlyList<AuditRow>> SearchAsync(AuditFilter filter, long? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Every name that stands under <see cref="AuditRow.Actor"/> and under <see cref="AuditRow.Action"/>, in order.</summary>
    Task<(IReadOnlyList<string> Actors, IReadOnlyList<string> Actions)> NamesAsync(CancellationToken cancellationToken = default);
}
