namespace Devices.Edge.Ledger.Store;

/// <summary>A place in the ledger: through which seq, and the chain value there.</summary>
/// <param name="Ledger">The ledger's id.</param>
/// <param name="Through">A seq; 0 before the first punch.</param>
/// <param name="Chain">Chain value at <paramref name="Through"/>, 64 lower-case hex digits.</param>
public sealed record Watermark(Guid Ledger, long Through, string Chain);
