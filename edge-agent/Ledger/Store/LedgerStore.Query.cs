using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

public sealed partial class LedgerStore
{
    /// <summary>Rows from <paramref name="fromSeq"/> on, in order, at most <paramref name="count"/>, sealed or not. Trimmed rows are not among them.</summary>
    public IReadOnlyList<StoredPunch> Range(long fromSeq, int count) => Guard(_ => RangeCore(fromSeq, count));

    /// <summary>Sealed punches from <paramref name="fromSeq"/> on, in order, at most <paramref name="count"/>: what goes up.</summary>
    public IReadOnlyList<Punch> SealedRange(long fromSeq, int count) => Guard(_ =>
    {
        long most = Math.Min(count, _sealedThrough - fromSeq + 1);
        var punches = new List<Punch>();
        if (most <= 0) return punches;
        foreach (StoredPunch stored in RangeCore(fromSeq, (int)most)) punches.Add(stored.Sealed!);
        return punches;
    });

    /// <summary>One row; null where there is none or it was trimmed.</summary>
    public StoredPunch? Find(long seq) => Guard(_ => RangeCore(seq, 1) is [{ } only] && only.Seq == seq ? only : null);

    /// <summary>The newest punch of <paramref name="person"/>; null where none is kept. See <see cref="RepeatWindow"/>.</summary>
    public StoredPunch? LastOf(string person) => Guard(_ =>
    {
        using SqliteDataReader row = _sql.LastOf.With(person).ExecuteReader();
        return row.Read() ? PunchRows.Read(row, Terminal, LedgerId) : null;
    });

    /// <summary>The punch that came from <paramref name="origin"/> (<see cref="PunchDraft.Origin"/>); null where there is none. So that a host can answer an entry sent again before it asks for repeats.</summary>
    public StoredPunch? OfOrigin(string origin) => Guard(_ => FindOrigin(origin));

    /// <summary>Chain value at a sealed seq (0 is the genesis), 32 bytes; null where the row was trimmed, is not sealed or does not exist.</summary>
    public byte[]? ChainAt(long seq) => Guard(_ => ChainAtCore(seq));

    private byte[]? ChainAtCore(long seq)
    {
        if (seq == _baseThrough) return _baseChain;
        return seq == _sealedThrough ? _sealedChain : _sql.ChainAt.With(seq).ExecuteScalar() as byte[];
    }

    private List<StoredPunch> RangeCore(long fromSeq, int count)
    {
        var rows = new List<StoredPunch>();
        using SqliteDataReader row = _sql.Range.With(fromSeq, (long)count).ExecuteReader();
        while (row.Read()) rows.Add(PunchRows.Read(row, Terminal, LedgerId));
        return rows;
    }
}
