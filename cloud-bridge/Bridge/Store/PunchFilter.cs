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
/// <param name="Total">All punches that match the filter.</param>
public sealed record PunchPage(IReadOnlyList<StoredPunch> Items, long Total);
