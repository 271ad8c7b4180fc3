namespace Devices.Bridge.Store;

public sealed record AuditRow(long Id, long At, string Actor, string Action, string? Target, string? Detail, string? Address);

/// <summary>Who did what: insert-only.</summary>
public interface IAuditStore
{
    Task AuditAsync(string actor, string action, string? target = null, string? detail = null, string? address = null, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<AuditRow>> AuditLogAsync(int limit, CancellationToken cancellationToken = default);
}
