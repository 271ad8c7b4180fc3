namespace Devices.Bridge.Store;

/// <summary>
/// How far one terminal's punches have come, stage by stage, each stage counted at its own place: two that differ for longer than the
/// way takes show where punches stay (saifulcoder/adms-server-ZKTeco#17: device online, attendance page empty).
/// </summary>
public sealed record TerminalCounts
{
    public required string Terminal { get; init; }

    /// <summary>Punches that came over MQTT in readable batches, repeats and refused ones among them.</summary>
    public long Received { get; init; }

    /// <summary>Of those, stored before with the same contents: the terminal had not heard that they were.</summary>
    public long Repeated { get; init; }

    /// <summary>Of those, not stored: gap, broken chain, fork. The terminal keeps them.</summary>
    public long Refused { get; init; }

    /// <summary>Punches committed here, over all ledgers of the terminal.</summary>
    public long Stored { get; init; }

    /// <summary>Of those, settled at the platform: delivered, or HR said that they shall not be sent.</summary>
    public long Delivered { get; init; }

    /// <summary>Of those, read back through the very query of HR's pages and exports.</summary>
    public long Shown { get; init; }
}

/// <summary>Counters per terminal.</summary>
public interface ICounterStore
{
    /// <summary>Every terminal that ever sent a punch, by name.</summary>
    Task<IReadOnlyList<TerminalCounts>> CountsAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>When the last punch was accepted, of any terminal, ms since the Unix epoch; null where none ever was.</summary>
    Task<long?> LastStoredAtAsync(CancellationToken cancellationToken = default);

    /// <summary>Time of the oldest punch that the platform does not have yet; null where there is none.</summary>
    Task<long?> OldestOpenAsync(CancellationToken cancellationToken = default);

    /// <summary>The last punch (by id) that was counted as shown.</summary>
    Task<long> ShownThroughAsync(CancellationToken cancellationToken = default);

    /// <summary>Counts punches as shown and moves the place, in one transaction; nothing where the place has moved meanwhile.</summary>
    Task AddShownAsync(long from, long through, IReadOnlyDictionary<string, int> shown, CancellationToken cancellationToken = default);
}
