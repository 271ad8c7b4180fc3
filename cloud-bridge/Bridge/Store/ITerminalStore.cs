using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>A terminal as the fleet page shows it.</summary>
public sealed record TerminalRow
{
    public required string Name { get; init; }
    public string? Site { get; init; }
    public long CreatedAt { get; init; }
    public long? RevokedAt { get; init; }
    public bool Online { get; init; }
    public long? LastSeenAt { get; init; }
    public string? Address { get; init; }
    public Guid? Ledger { get; init; }

    /// <summary>Last sealed seq it told in hello.</summary>
    public long? LastSeq { get; init; }
    public long? ClockOffsetMs { get; init; }
    public string? Clock { get; init; }

    /// <summary>Backlog as told in status.</summary>
    public long? Queue { get; init; }
    public long? FreeBytes { get; init; }
    public double? Temperature { get; init; }
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();
    public long? CertificateNotAfter { get; init; }

    /// <summary>A site's Wi-Fi router: it reports phones, and takes neither releases nor settings.</summary>
    public bool Router { get; init; }
}

/// <summary>How complete one ledger of one terminal is.</summary>
/// <param name="Through">Last contiguous seq stored.</param>
/// <param name="CompleteUpTo">Time of that punch: HR's "complete up to 18:02". Null where the ledger is empty.</param>
/// <param name="Current">Whether the terminal writes this ledger now (a re-imaged board leaves an older one behind).</param>
public sealed record CompletenessRow(TerminalRow Terminal, Guid? Ledger, long Through, long? CompleteUpTo, bool Current, bool Forked, string? Problem);

/// <summary>Terminals: what they told about themselves.</summary>
public interface ITerminalStore
{
    Task<IReadOnlyList<TerminalRow>> ListTerminalsAsync(SiteScope scope, CancellationToken cancellationToken = default);

    Task<TerminalRow?> FindTerminalAsync(SiteScope scope, string name, CancellationToken cancellationToken = default);

    /// <summary>One row a ledger, terminals without any included, by terminal name.</summary>
    Task<IReadOnlyList<CompletenessRow>> CompletenessAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>The same of one terminal; empty where there is none in the scope.</summary>
    Task<IReadOnlyList<CompletenessRow>> CompletenessAsync(SiteScope scope, string terminal, CancellationToken cancellationToken = default);

    Task SetOnlineAsync(string terminal, bool online, string? address, CancellationToken cancellationToken = default);

    /// <summary>At start and stop: nobody is connected.</summary>
    Task SetAllOfflineAsync(CancellationToken cancellationToken = default);

    /// <param name="online">Whether the terminal is connected now: a will can arrive after a newer connection.</param>
    Task SaveStatusAsync(string terminal, StatusMessage status, bool online, CancellationToken cancellationToken = default);

    /// <summary>Stores an event once by (terminal, id); false where it was there.</summary>
    Task<bool> SaveEventAsync(string terminal, EventMessage message, CancellationToken cancellationToken = default);

    /// <summary>One event by its whole identity; null where it has not come, or is of another kind.</summary>
    Task<TerminalEvent?> FindEventAsync(SiteScope scope, string terminal, string id, string kind, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<TerminalEvent>> EventsAsync(SiteScope scope, string? terminal, int limit, CancellationToken cancellationToken = default);
}

public sealed record TerminalEvent(string Terminal, string Id, string Kind, long At, string Text, long ReceivedAt);
