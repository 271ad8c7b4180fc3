using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Ingest;

/// <summary>
/// What stands between the node that a terminal is connected to and the writer that commits its punches. Whatever it is, it answers only after
/// the commit in PostgreSQL (or SQLite): the terminal's acknowledgement never rests on what the engine keeps.
/// </summary>
public interface IPunchEngine
{
    /// <summary>Hands a batch over and waits until it is committed, or refused by the store's rules.</summary>
    /// <param name="batch">As read and checked.</param>
    /// <param name="payload">The same as it came.</param>
    /// <exception cref="StoreUnavailableException">Nothing is known to be committed; the terminal sends again.</exception>
    Task<IngestResult> AppendAsync(PunchBatch batch, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}

/// <summary>No engine: this process commits by itself. One bridge alone, or several on one PostgreSQL database.</summary>
public sealed class StorePunchEngine(IPunchStore store) : IPunchEngine
{
    public Task<IngestResult> AppendAsync(PunchBatch batch, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => store.AppendAsync(batch, cancellationToken);
}
