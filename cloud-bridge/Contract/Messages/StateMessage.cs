namespace Devices.Contract.Messages;

/// <summary><c>state</c>, down: what the bridge holds durably, and what it wants.</summary>
public sealed record StateMessage
{
    public required Guid Ledger { get; init; }

    /// <summary>Every punch up to this seq is committed; 0 where none is.</summary>
    public required long Through { get; init; }

    /// <summary>Chain value at <see cref="Through"/>. The terminal frees nothing unless it equals its own.</summary>
    public required string Chain { get; init; }

    public long RosterRevision { get; init; }
    public long ConfigRevision { get; init; }

    /// <summary>The bridge's clock, ms since the Unix epoch: a time source authenticated by TLS.</summary>
    public required long Now { get; init; }

    /// <summary>
    /// The bridge is behind: send nothing more for so many milliseconds (the terminal adds jitter, and a bound of its own). Null or 0
    /// where it is not. It may come with an acknowledged batch as well as with a refused one.
    /// </summary>
    public long? SlowDownMs { get; init; }

    /// <summary>Why the last batch was not taken, where it was not.</summary>
    public Problem? Problem { get; init; }
}
