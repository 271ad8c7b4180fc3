using System.Globalization;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Time;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

public sealed partial class LedgerStore
{
    private const int MaxOrigin = 128;
    private const int SealChunk = 500;

    /// <summary>Appends one punch; returns only after it is durable. With a trusted reading it is sealed in the same commit, together with any held ones before it.</summary>
    /// <exception cref="LedgerException">The disk failed: nothing may be promised to the person. A full disk is <see cref="AppendResult.Full"/> instead.</exception>
    public AppendResult Append(PunchDraft draft, ClockReading reading)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentException.ThrowIfNullOrEmpty(reading.BootId);
        if (Fault(draft, reading) is { } fault) return new AppendResult.Invalid(fault);
        try
        {
            // Held punches of a long outage are sealed in chunks before, so that this append's own commit stays short.
            if (reading.Trusted && Held > SealChunk) Seal(AnchorOf(reading));
            AppendResult result = Guard(_ => AppendCore(draft, reading));
            if (result is AppendResult.Recorded { Sealed: true }) RaiseSealed();
            return result;
        }
        catch (LedgerException full) when (full.Fault == LedgerFault.DiskFull)
        {
            return new AppendResult.Full(full.Message);
        }
    }

    /// <summary>
    /// Trust in the time has returned: seals every held punch of the anchor's boot as <c>corrected</c>, from the monotonic clock, in seq order.
    /// Held punches of other boots were sealed as <c>held</c> when the ledger was opened.
    /// </summary>
    /// <returns>How many were sealed.</returns>
    public int Seal(ClockAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        int total = 0;
        for (int done = SealChunk; done == SealChunk; total += done) done = Transact(_ => SealSome(SealChunk, anchor));
        if (total > 0) RaiseSealed();
        return total;
    }

    private AppendResult AppendCore(PunchDraft draft, ClockReading reading)
    {
        if (draft.Origin is not null && FindOrigin(draft.Origin) is { } known) return new AppendResult.SameOrigin(known.Seq, known.BestAtMs);
        long free = _freeSpace.AvailableBytes(_directory);
        if (free < _options.ReserveBytes)
            return new AppendResult.Full(string.Create(CultureInfo.InvariantCulture, $"Only {free / 1048576} MiB are free on the terminal's disk, {_options.ReserveBytes / 1048576} MiB are kept in reserve: the punch was not recorded. Free some space."));
        return Transact(_ =>
        {
            if (reading.Trusted) SealSome(int.MaxValue, AnchorOf(reading));
            var stored = new StoredPunch(_lastSeq + 1, draft, reading.WallMs, reading.MonotonicMs, reading.BootId, null);
            Punch? punch = null;
            byte[] chain = [];
            if (reading.Trusted)
            {
                punch = PunchRows.ToPunch(stored, Terminal, LedgerId, reading.AtMs, ClockQuality.Synced, Math.Max(0, reading.UncertaintyMs));
                chain = PunchChain.Next(_sealedChain, punch);
            }
            Insert(stored, punch, chain);
            if (punch is null && reading.MomentMs > 0) _sql.KeepMoment.With(stored.Seq, reading.MomentMs).ExecuteNonQuery();
            // The cached places move inside the transaction; a failure reads them from the file again.
            _lastSeq = stored.Seq;
            if (punch is not null)
            {
                (_sealedThrough, _sealedChain) = (stored.Seq, chain);
                _floorMs = Math.Max(_floorMs, punch.At);
            }
            return new AppendResult.Recorded(stored.Seq, punch?.At ?? ClampAt(reading.WallMs), punch is not null);
        });
    }

    private void SealEarlierBoots(string bootId)
    {
        for (int done = SealChunk; done == SealChunk;)
        {
            done = Transact(_ =>
            {
                int count = 0;
                foreach (StoredPunch stored in RangeCore(_sealedThrough + 1, SealChunk))
                {
                    if (stored.BootId == bootId) break;
                    _sql.TakeMoment.With(stored.Seq).ExecuteNonQuery();
                    SealOne(stored, ClampAt(stored.WallMs), ClockQuality.Held, -1);
                    count++;
                }
                return count;
            });
        }
    }

    private int SealSome(int most, ClockAnchor anchor)
    {
        if (_sealedThrough == _lastSeq) return 0;
        List<StoredPunch> held = RangeCore(_sealedThrough + 1, most);
        foreach (StoredPunch stored in held)
        {
            long moment = _sql.TakeMoment.With(stored.Seq).ExecuteScalar() is long unsure ? unsure : 0;
            if (stored.BootId == anchor.BootId)
                SealOne(stored, ClampAt(anchor.At(stored.MonotonicMs)), ClockQuality.Corrected, anchor.UncertaintyAt(stored.MonotonicMs, _options.DriftPpm) + moment);
            else
                SealOne(stored, ClampAt(stored.WallMs), ClockQuality.Held, -1);
        }
        return held.Count;
    }

    private void SealOne(StoredPunch stored, long at, ClockQuality clock, long uncertaintyMs)
    {
        Punch punch = PunchRows.ToPunch(stored, Terminal, LedgerId, at, clock, uncertaintyMs);
        byte[] chain = PunchChain.Next(_sealedChain, punch);
        _sql.Seal.With(at, (int)clock, uncertaintyMs, chain, stored.Seq).ExecuteNonQuery();
        (_sealedThrough, _sealedChain) = (stored.Seq, chain);
    }

    private void Insert(StoredPunch stored, Punch? punch, byte[] chain)
    {
        PunchDraft draft = stored.Draft;
        _sql.Insert.With(
            stored.Seq, draft.Person, (int)draft.Method, (int)draft.Direction, (double?)draft.Score, (double?)draft.Threshold, (double?)draft.Liveness,
            draft.Pack, draft.Photo is null ? null : Convert.FromHexString(draft.Photo), draft.Origin,
            stored.WallMs, stored.MonotonicMs, stored.BootId,
            punch?.At, punch is null ? null : (int)punch.Clock, punch?.UncertaintyMs, punch is null ? null : chain).ExecuteNonQuery();
    }

    private StoredPunch? FindOrigin(string origin)
    {
        using SqliteDataReader row = _sql.ByOrigin.With(origin).ExecuteReader();
        return row.Read() ? PunchRows.Read(row, Terminal, LedgerId) : null;
    }

    private string? Fault(PunchDraft draft, ClockReading reading)
    {
        if (draft.Origin is { Length: 0 or > MaxOrigin }) return $"The punch's origin has {draft.Origin.Length} characters; 1 to {MaxOrigin} are allowed.";
        // Photos are stored as bytes and come back in lower case: another spelling would come back changed.
        if (draft.Photo is not null && draft.Photo.Any(char.IsAsciiLetterUpper)) return "The photo's SHA-256 must be in lower-case hex.";
        var probe = new StoredPunch(1, draft, reading.WallMs, reading.MonotonicMs, reading.BootId, null);
        long at = reading.Trusted ? reading.AtMs : ClampAt(reading.WallMs);
        string? fault = PunchRules.Check(PunchRows.ToPunch(probe, Terminal, LedgerId, at, ClockQuality.Synced, 0) with { Chain = new string('0', PunchChain.Size * 2) });
        return fault is null ? null : "The punch was refused: " + fault.Replace("punch 1: ", "", StringComparison.Ordinal);
    }

    private static ClockAnchor AnchorOf(ClockReading reading) =>
        new(reading.AtMs, reading.MonotonicMs, reading.BootId, Math.Max(0, reading.UncertaintyMs), TrustSource.None);

    // Contract times lie between 1970 and 9999; a raw clock outside (a battery-less RTC can say 1900) is kept raw in its own column.
    private static long ClampAt(long ms) => Math.Clamp(ms, 0, 253_402_300_799_999);

    private void RaiseSealed() => SealedAdvanced?.Invoke(SealedThrough);
}
