namespace Devices.Contract.Messages;

/// <summary><c>hello</c>, up, QoS 1: sent after every connect; answered by <see cref="StateMessage"/>.</summary>
public sealed record HelloMessage
{
    public required string Terminal { get; init; }

    /// <summary>The ledger the terminal writes now.</summary>
    public required Guid Ledger { get; init; }

    /// <summary>Last sealed seq in that ledger; 0 where it is empty.</summary>
    public required long LastSeq { get; init; }

    /// <summary>Chain value at <see cref="LastSeq"/>, 64 hex digits.</summary>
    public required string LastChain { get; init; }

    /// <summary>The roster's revision; which line of revisions it belongs to stands in <see cref="Applied"/>.</summary>
    public long RosterRevision { get; init; }

    /// <summary>What of the bridge's wishes is carried out; null from a terminal that does not take any.</summary>
    public AppliedMessage? Applied { get; init; }

    /// <summary>Identity of this boot of the board; a new one each start of the kernel.</summary>
    public required string Boot { get; init; }

    /// <summary>The terminal's wall clock, ms since the Unix epoch, for the bridge's offset display.</summary>
    public long Now { get; init; }

    /// <summary>Versions by part: <c>agent</c>, <c>firmware</c>, <c>pack</c>.</summary>
    public Dictionary<string, string> Versions { get; init => field = value ?? []; } = [];
}
