namespace Devices.Bridge.Store;

/// <summary>What the bridge holds durably of one ledger.</summary>
/// <param name="Through">Every punch up to here is committed; 0 where none is.</param>
/// <param name="Chain">Chain value there, 32 bytes.</param>
/// <param name="Problem">Why ingest of the ledger stopped; null while it goes on.</param>
public sealed record LedgerMark(string Terminal, Guid Ledger, long Through, byte[] Chain, bool Forked, string? Problem)
{
    /// <summary>The latest time among its punches that was not doubted, ms since the Unix epoch; null before the first.</summary>
    public long? LastGoodAt { get; init; }
}
