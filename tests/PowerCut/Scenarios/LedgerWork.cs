using System.Globalization;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Scenarios;

/// <summary>A terminal's ledger at work, as drawn.</summary>
internal sealed class LedgerWork(string folder, DiskLog log, Random random, bool faulty) : IDisposable
{
    private const long Begin = 1_764_000_000_000;
    private LedgerStore? _ledger;
    private int _boot = 1;
    private long _now = 1_000;
    private int _entries;
    private int _refused;
    private readonly Dictionary<string, int> _answered = [];

    private string Boot => "boot-" + _boot.ToString(CultureInfo.InvariantCulture);

    private LedgerStore Ledger => _ledger ?? throw new InvalidOperationException("The ledger is closed.");

    public string? Run(int steps)
    {
        if (!Opened()) return null;
        for (int step = 0; step < steps; step++)
        {
            _now += random.Next(1, 60_000);
            try
            {
                Step();
            }
            catch (LedgerException) when (faulty)
            {
                // Nothing was asked yet: the disk could not even be read.
            }

            if (_ledger is null && !Opened()) return null;
        }

        if (!faulty) return null;
        // The disk works again, and nothing was restarted: the next punch is taken.
        log.Faults = null;
        Promise.Holds(Append("recovered", trusted: true), "the disk works again, and the next punch was refused");
        Once();
        return null;
    }

    public void Dispose() => _ledger?.Dispose();

    private void Step()
    {
        switch (random.Next(20))
        {
            case < 8:
                Append(NewOrigin(), trusted: true);
                break;
            case < 11:
                Append(NewOrigin(), trusted: false);
                break;
            case 11 when _entries > 0:
                Append("entry-" + random.Next(1, _entries + 1).ToString(CultureInfo.InvariantCulture), trusted: true);
                break;
            case 12:
                Ask(new("seal"), () => Ledger.Seal(new(Begin + _now, _now, Boot, 50, TrustSource.Bridge)));
                break;
            case 13 or 14:
                long through = random.NextInt64(Ledger.TrimmedThrough, Ledger.SealedThrough + 1);
                if (Ledger.ChainAt(through) is { } chain) Ask(new("watermark") { Watermark = through }, () => Ledger.Acknowledge(new(Ledger.LedgerId, through, Convert.ToHexStringLower(chain))));
                break;
            case 15:
                Ask(new("trim") { Trims = true }, () => Ledger.Trim(DateTimeOffset.FromUnixTimeMilliseconds(Begin + _now - random.Next(0, 400_000))));
                break;
            case 16:
                Guid id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(Begin + _now));
                Ask(new("event") { EventAdded = id.ToString("D") }, () => Ledger.Events.Add("door", new string('d', random.Next(1, 300)), id: id, atMs: Begin + _now));
                break;
            case 17 when Ledger.Events.Peek(1) is [{ Id: { } done }]:
                Ask(new("event done") { EventDone = done }, () => Ledger.Events.Done(done));
                break;
            case 18:
                Ask(new("floor"), () => Ledger.RaiseFloor(Begin + _now + 5));
                break;
            case 19 when random.Next(3) == 0:
                log.Note(new LedgerAsked("close"));
                _ledger!.Dispose();
                _ledger = null;
                if (random.Next(2) == 0) _boot++;
                break;
        }
    }

    private string? NewOrigin() => random.Next(3) == 0 ? null : "entry-" + (++_entries).ToString(CultureInfo.InvariantCulture);

    private bool Append(string? origin, bool trusted)
    {
        PunchDraft draft = LedgerScenario.Draft(random, origin);
        bool taken = false;
        Ask(new("punch") { Draft = draft }, () =>
        {
            ClockReading reading = trusted ? ClockReading.Known(Begin + _now, _now, Boot, 5) : ClockReading.Unknown(315_532_800_000 + _now, _now, Boot);
            long before = Ledger.LastSeq;
            switch (Ledger.Append(draft, reading))
            {
                case AppendResult.Recorded recorded:
                    Promise.Holds(recorded.Seq == before + 1, $"punch {recorded.Seq} was recorded after {before}");
                    // What was trimmed is forgotten with its origin: a year later nobody sends it again.
                    if (origin is not null && _answered.GetValueOrDefault(origin) <= Ledger.TrimmedThrough) _answered.Remove(origin);
                    if (origin is not null) Promise.Holds(_answered.TryAdd(origin, (int)recorded.Seq), $"the entry {origin} became punch {recorded.Seq} and was {_answered.GetValueOrDefault(origin)} before");
                    taken = true;
                    break;
                case AppendResult.SameOrigin same:
                    Promise.Holds(origin is not null && (!_answered.TryGetValue(origin, out int seq) || seq == same.Seq), $"the entry {origin} became punch {same.Seq}");
                    _answered[origin!] = (int)same.Seq;
                    taken = true;
                    break;
                case AppendResult.Full full when faulty:
                    Promise.Holds(full.Reason.Length > 20, "a refusal has no sentence");
                    throw new LedgerException(LedgerFault.DiskFull, full.Reason);
                case { } other:
                    throw new BrokenPromiseException($"a punch was answered {other}");
            }
        });
        return taken;
    }

    private void Ask(LedgerAsked asked, Action work)
    {
        log.Note(asked);
        try
        {
            work();
        }
        catch (LedgerException refused) when (faulty)
        {
            // The only other word than yes. What was asked may be on the disk all the same, so it stays among what was asked.
            Promise.Holds(refused.Message.Length > 20, "a refusal has no sentence");
            _refused++;
            return;
        }

        try
        {
            log.Note(Standing());
        }
        catch (LedgerException) when (faulty)
        {
            // The disk cannot be read back now; what was answered is compared at the next answer.
        }
    }

    private Stands Standing() => new(
        Ledger.LedgerId, Ledger.Range(1, int.MaxValue), Ledger.LastSeq, Ledger.Acknowledged, Ledger.TrimmedThrough, Ledger.FloorMs, [.. Ledger.Events.Peek(1000).Select(one => one.Id)]);

    private bool Opened()
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            log.Note(new LedgerAsked("open"));
            try
            {
                _ledger = LedgerScenario.Open(folder, Boot);
                log.Note(Standing());
                return true;
            }
            catch (LedgerException refused) when (faulty)
            {
                // As the service manager does: start again until the disk works. Damage is never the answer to a disk that fails for a while.
                Promise.Holds(refused.Fault is not (LedgerFault.Damaged or LedgerFault.Foreign), $"a disk that fails for a while was taken for damage: {refused.Message}");
                _ledger?.Dispose();
                _ledger = null;
                _refused++;
            }
        }

        throw new BrokenPromiseException("the ledger did not open though the disk works again");
    }

    // Every entry that was answered is there once, with the answer it got.
    private void Once()
    {
        Ledger.Dispose();
        _ledger = LedgerScenario.Open(folder, Boot);
        IReadOnlyList<StoredPunch> rows = Ledger.Range(1, int.MaxValue);
        foreach ((string origin, int seq) in _answered.Where(one => one.Value > Ledger.TrimmedThrough))
            Promise.Holds(rows.Count(row => row.Draft.Origin == origin) == 1 && rows.Single(row => row.Draft.Origin == origin).Seq == seq, $"the entry {origin} was answered {seq}");
    }
}
