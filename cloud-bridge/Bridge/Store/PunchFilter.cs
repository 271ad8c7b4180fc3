using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>Which punches; every null field filters nothing.</summary>
public sealed record PunchFilter
{
    /// <summary>A userid exactly, or a part of a name or job number.</summary>
    public string? Person { get; init; }

    /// <summary>A department's id; sub-departments are included.</summary>
    public long? Department { get; init; }

    public string? Terminal { get; init; }

    /// <summary>A site's name, empty for the main one.</summary>
    public string? Site { get; init; }
    public PunchMethod? Method { get; init; }
    public DeliveryState? State { get; init; }

    /// <summary>True: only what counts. False: only what corrections struck.</summary>
    public bool? Counts { get; init; }

    /// <summary>Earliest <c>at</c>, inclusive, ms since the Unix epoch.</summary>
    public long? From { get; init; }

    /// <summary>Latest <c>at</c>, exclusive, ms since the Unix epoch.</summary>
    public long? To { get; init; }
}

/// <summary>One page, newest punch first.</summary>
/// <param name="Items">At most the asked page size.</param>
/// <param name="Total">Punches that match the filter.</param>
/// <param name="Newer">The page before this one; null where this is the first.</param>
/// <param name="Older">The page after this one; null where this is the last.</param>
/// <param name="First">Which match the first row is, from 1, by the pages that were turned.</param>
public sealed record PunchPage(IReadOnlyList<StoredPunch> Items, BoundedCount Total, PunchCursor? Newer, PunchCursor? Older, long First)
{
    public static PunchPage Empty { get; } = new([], new(0, false), null, null, 1);
}
