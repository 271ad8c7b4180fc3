namespace Devices.Edge.Ledger.Store;

/// <summary>What became of an append. Returned only after the commit is on the disk.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>The punch is durable.</summary>
    /// <param name="Seq">Its place in the ledger.</param>
    /// <param name="AtMs">Its time as best known now, ms since the Unix epoch; may still be corrected where <paramref name="Sealed"/> is false.</param>
    /// <param name="Sealed">Whether its time is final.</param>
    public sealed record Recorded(long Seq, long AtMs, bool Sealed) : AppendResult;

    /// <summary>A punch of the same <see cref="PunchDraft.Origin"/> is already durable: confirm it with this seq.</summary>
    public sealed record SameOrigin(long Seq, long AtMs) : AppendResult;

    /// <summary>Refused, nothing was written: the disk nears its limit. Tell the person and the operator.</summary>
    /// <param name="Reason">One plain sentence.</param>
    public sealed record Full(string Reason) : AppendResult;

    /// <summary>Refused, nothing was written: a field of the draft is out of range.</summary>
    /// <param name="Reason">One plain sentence that names the field.</param>
    public sealed record Invalid(string Reason) : AppendResult;
}
