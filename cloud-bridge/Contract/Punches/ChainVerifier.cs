namespace Devices.Contract.Punches;

/// <summary>Checks that punches follow from a known place in a ledger. Used by the bridge's ingest and by <c>devices ledger verify</c>.</summary>
public static class ChainVerifier
{
    /// <summary>
    /// Walks <paramref name="punches"/> from the place after (<paramref name="through"/>, <paramref name="chain"/>) and stops at the
    /// first that does not follow.
    /// </summary>
    /// <param name="through">Last known seq; 0 for an empty ledger.</param>
    /// <param name="chain">Chain value at <paramref name="through"/>, 32 bytes.</param>
    /// <returns>Where the walk ended, and why.</returns>
    public static ChainVerdict Walk(string terminal, Guid ledger, long through, ReadOnlySpan<byte> chain, IEnumerable<Punch> punches)
    {
        ArgumentNullException.ThrowIfNull(punches);
        byte[] current = chain.ToArray();
        foreach (Punch punch in punches)
        {
            if (punch.Terminal != terminal || punch.Ledger != ledger)
                return new(ChainFault.Foreign, through, current, $"punch {punch.Seq} belongs to {punch.Terminal}/{punch.Ledger}, not to {terminal}/{ledger}.");
            if (punch.Seq != through + 1)
                return new(ChainFault.Gap, through, current, $"punch {punch.Seq} came where {through + 1} was expected.");
            if (PunchRules.Check(punch) is { } fault)
                return new(ChainFault.Malformed, through, current, fault);
            byte[] next = PunchChain.Next(current, punch);
            if (PunchChain.ToHex(next) != punch.Chain)
                return new(ChainFault.Broken, through, current, $"the chain breaks at punch {punch.Seq}: it was altered, or something before it is missing.");
            current = next;
            through = punch.Seq;
        }
        return new(ChainFault.None, through, current, null);
    }
}

/// <summary>What a walk along a ledger found.</summary>
/// <param name="Fault"><see cref="ChainFault.None"/> where every punch followed.</param>
/// <param name="Through">The last seq that followed.</param>
/// <param name="Chain">Chain value there, 32 bytes.</param>
/// <param name="Text">One sentence that names the fault; null where there is none.</param>
public sealed record ChainVerdict(ChainFault Fault, long Through, byte[] Chain, string? Text);

/// <summary>How a punch can fail to follow.</summary>
public enum ChainFault
{
    None,

    /// <summary>A field is outside its range.</summary>
    Malformed,

    /// <summary>It names another terminal or ledger.</summary>
    Foreign,

    /// <summary>Its seq is not the next one.</summary>
    Gap,

    /// <summary>Its chain value does not follow.</summary>
    Broken,
}
