using Devices.Contract.Punches;
using Devices.Edge.Ledger.Time;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

public sealed partial class LedgerStore
{
    /// <summary>Rows of one person that <see cref="RepeatOf"/> looks at: days of punching, and one short read of an index.</summary>
    public const long RepeatsLookedAt = 64;

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

    /// <summary>The newest punch of <paramref name="person"/> by its place in the ledger; null where none is kept.</summary>
    public StoredPunch? LastOf(string person) => Guard(_ =>
    {
        using SqliteDataReader row = _sql.NewestOf.With(person, 1L).ExecuteReader();
        return row.Read() ? PunchRows.Read(row, Terminal, LedgerId) : null;
    });

    /// <summary>
    /// The punch of <paramref name="person"/> that <paramref name="now"/> would repeat (<see cref="RepeatWindow"/>), the nearest in time;
    /// null where there is none. Looks at the person's newest <see cref="RepeatsLookedAt"/> rows, not only at the last: entries that
    /// waited on the MCU are appended late, so places and times need not follow each other.
    /// </summary>
    public StoredPunch? RepeatOf(string person, ClockReading now, TimeSpan window) => Guard(_ =>
    {
        StoredPunch? nearest = null;
        using SqliteDataReader row = _sql.NewestOf.With(person, RepeatsLookedAt).ExecuteReader();
        while (row.Read())
        {
            StoredPunch punch = PunchRows.Read(row, Terminal, LedgerId);
            if (RepeatWindow.Holds(punch, now, window) && (nearest is null || RepeatWindow.Distance(punch, now) < RepeatWindow.Distance(nearest, now))) nearest = punch;
        }
        return nearest;
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
