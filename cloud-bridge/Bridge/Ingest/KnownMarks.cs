using System.Collections.Concurrent;
using Devices.Bridge.Store;

namespace Devices.Bridge.Ingest;

/// <summary>
/// The durable watermark of each terminal's ledger as the store last told it, so that a state can be told while the store does not
/// answer. Never ahead of the store: only committed marks come in.
/// </summary>
public sealed class KnownMarks
{
    private readonly ConcurrentDictionary<string, LedgerMark> _marks = new(StringComparer.Ordinal);

    public void Learn(LedgerMark mark)
    {
        ArgumentNullException.ThrowIfNull(mark);
        // An answer of a connection that was given up may come after a newer one: it must not set the mark back.
        _marks.AddOrUpdate(mark.Terminal, mark, (_, known) => known.Ledger == mark.Ledger && known.Through > mark.Through ? known : mark);
    }

    /// <summary>For a terminal that was connected elsewhere meanwhile, where its ledger may have gone on.</summary>
    public void Forget(string terminal) => _marks.TryRemove(terminal, out _);

    /// <summary>Null where the store has not told one since the start, or of another ledger.</summary>
    public LedgerMark? Find(string terminal, Guid? ledger) =>
        _marks.TryGetValue(terminal, out LedgerMark? mark) && (ledger is null || mark.Ledger == ledger) ? mark : null;
}
