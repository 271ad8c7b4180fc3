using System.Security.Cryptography;
using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

public sealed partial class LedgerStore
{
    /// <summary>
    /// Takes the bridge's durable watermark. Marks punches acknowledged only where it names our ledger and its chain equals our own at
    /// that place; everything else changes nothing, but a valid lower place moves the acknowledged one back (re-sending is always safe).
    /// </summary>
    public WatermarkVerdict Acknowledge(Watermark watermark)
    {
        ArgumentNullException.ThrowIfNull(watermark);
        return Guard(_ =>
        {
            if (watermark.Ledger != LedgerId) return WatermarkVerdict.OtherLedger;
            if (watermark.Through < 0 || !PunchChain.TryParseHex(watermark.Chain, out byte[] theirs)) return WatermarkVerdict.Fork;
            if (watermark.Through > _sealedThrough) return WatermarkVerdict.Ahead;
            byte[]? ours = watermark.Through == 0 ? PunchChain.Genesis(LedgerId) : ChainAtCore(watermark.Through);
            // What was trimmed below the kept place can no longer be compared, only told.
            if (ours is null) return WatermarkVerdict.Trimmed;
            if (!CryptographicOperations.FixedTimeEquals(ours, theirs)) return WatermarkVerdict.Fork;
            if (watermark.Through < _baseThrough) return WatermarkVerdict.Trimmed;
            if (watermark.Through == _acknowledged) return WatermarkVerdict.Same;
            bool forward = watermark.Through > _acknowledged;
            _sql.Acknowledge.With(watermark.Through).ExecuteNonQuery();
            _acknowledged = watermark.Through;
            return forward ? WatermarkVerdict.Advanced : WatermarkVerdict.Rewound;
        });
    }

    /// <summary>
    /// Deletes acknowledged punches from before <paramref name="before"/>, oldest first, and gives their space back. Never an
    /// unacknowledged one, never the newest; the chain value before the first kept row stays, so verification still works.
    /// </summary>
    /// <returns>How many were deleted.</returns>
    public long Trim(DateTimeOffset before, CancellationToken cancellation = default)
    {
        long cutoff = before.ToUnixTimeMilliseconds();
        long total = 0;
        for (long done = -1; done != 0; total += done)
        {
            cancellation.ThrowIfCancellationRequested();
            done = Transact(connection => TrimSome(connection, cutoff, 1_000));
        }
        if (total > 0) Guard(connection =>
        {
            connection.Execute("PRAGMA incremental_vacuum");
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return true;
        });
        return total;
    }

    /// <inheritdoc/>
    public long FloorMs => Locked(() => _floorMs);

    /// <inheritdoc/>
    public void RaiseFloor(long atMs) => Guard(_ =>
    {
        if (atMs > _floorMs) WriteFloor(atMs);
        return true;
    });

    /// <inheritdoc/>
    public void ResetFloor(long atMs) => Transact(connection =>
    {
        connection.Execute("UPDATE state SET floor_seq = coalesce((SELECT max(seq) FROM punch), 0)");
        WriteFloor(atMs);
        return true;
    });

    private void WriteFloor(long atMs)
    {
        _sql.Floor.With(atMs).ExecuteNonQuery();
        _floorMs = atMs;
    }

    private long TrimSome(SqliteConnection connection, long cutoff, int most)
    {
        long limit = Math.Min(_acknowledged, _lastSeq - 1);
        long through = _baseThrough;
        byte[] chain = _baseChain;
        // Times need not be in order; the trimmed part is the run of old punches at the ledger's beginning.
        foreach (StoredPunch stored in RangeCore(_baseThrough + 1, most))
        {
            if (stored.Seq > limit || stored.Sealed is not { } punch || punch.At >= cutoff) break;
            through = stored.Seq;
            chain = Convert.FromHexString(punch.Chain);
        }
        if (through == _baseThrough) return 0;
        using SqliteCommand move = connection.Prepare("UPDATE state SET base_through = $through, base_chain = $chain", "$through", "$chain");
        move.With(through, chain).ExecuteNonQuery();
        using SqliteCommand delete = connection.Prepare("DELETE FROM punch WHERE seq <= $through", "$through");
        delete.With(through).ExecuteNonQuery();
        long count = through - _baseThrough;
        (_baseThrough, _baseChain) = (through, chain);
        return count;
    }
}
