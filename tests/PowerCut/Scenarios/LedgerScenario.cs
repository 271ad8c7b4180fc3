using System.Globalization;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Scenarios;

/// <summary>
/// The terminal's ledger from its first opening on: punches of known and unknown time, card entries sent again, sealing, watermarks, trimming,
/// events, the clock's floor, closing and opening in this and a later boot.
/// </summary>
public sealed class LedgerScenario : IScenario
{
    private const string Terminal = "m2-001";
    private const long Start = 1_764_000_000_000;

    public string Name => "ledger";

    public string? Work(string folder, DiskLog log, Random random, int steps, bool faulty)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(random);
        using LedgerWork work = new(folder, log, random, faulty);
        return work.Run(steps);
    }

    public void Recover(string folder) => Open(folder, "boot-after").Dispose();

    public string? Check(string folder, Told told, Random random)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(random);
        int last = told.Facts.ToList().FindLastIndex(fact => fact is Stands);
        Stands? stands = last < 0 ? null : (Stands)told.Facts[last];
        LedgerAsked[] asked = [.. told.Facts.Skip(last + 1).OfType<LedgerAsked>()];
        using (LedgerStore ledger = Open(folder, "boot-after"))
        {
            if (stands is not null) Compare(ledger, stands, asked);
            Whole(folder);
            GoesOn(ledger, stands, random);
        }

        Whole(folder);
        return null;
    }

    internal static LedgerStore Open(string folder, string boot) =>
        LedgerStore.Open(new() { Path = Path.Combine(folder, "ledger.db"), Terminal = Terminal, ReserveBytes = 0 }, boot);

    private static void Compare(LedgerStore ledger, Stands told, LedgerAsked[] asked)
    {
        Promise.Holds(ledger.LedgerId == told.Ledger, $"the ledger's identity {told.Ledger} became {ledger.LedgerId}");
        Promise.Holds(ledger.LastSeq >= told.LastSeq, $"punch {told.LastSeq} was promised, the ledger ends at {ledger.LastSeq}");
        long mostTrimmed = Math.Max(told.Trimmed, asked.Any(one => one.Trims) ? Math.Min(told.Acknowledged, told.LastSeq - 1) : 0);
        Promise.Holds(ledger.TrimmedThrough >= told.Trimmed && ledger.TrimmedThrough <= mostTrimmed, $"trimmed through {ledger.TrimmedThrough}; {told.Trimmed} to {mostTrimmed} was covered by the watermark");
        Dictionary<long, StoredPunch> rows = ledger.Range(1, int.MaxValue).ToDictionary(row => row.Seq);
        for (long seq = ledger.TrimmedThrough + 1; seq <= ledger.LastSeq; seq++) Promise.Holds(rows.ContainsKey(seq), $"punch {seq} is missing between others");
        foreach (StoredPunch row in told.Rows.Where(row => row.Seq > ledger.TrimmedThrough))
        {
            StoredPunch now = rows[row.Seq];
            Promise.Holds(now with { Sealed = null } == row with { Sealed = null }, $"punch {row.Seq} was {Promise.Short(row)} and is {Promise.Short(now)}");
            Promise.Holds(row.Sealed is null || row.Sealed == now.Sealed, $"punch {row.Seq} was sealed as {Promise.Short(row.Sealed)} and is {Promise.Short(now.Sealed)}");
            // A new boot: whatever was held is sealed as held, or as the sealing under way had it.
            Promise.Holds(now.Sealed is not null, $"punch {row.Seq} of an earlier boot is not sealed");
        }

        StoredPunch[] more = [.. rows.Values.Where(row => row.Seq > told.LastSeq)];
        Promise.Holds(more.Length <= 1, $"{more.Length} punches are there that nobody was thanked for");
        foreach (StoredPunch row in more) Promise.Holds(asked.Any(one => one.Draft == row.Draft), $"punch {row.Seq} ({Promise.Short(row.Draft)}) was never asked for");
        Promise.Holds(ledger.Acknowledged == told.Acknowledged || asked.Any(one => one.Watermark == ledger.Acknowledged), $"the watermark {told.Acknowledged} became {ledger.Acknowledged}");
        Promise.Holds(ledger.FloorMs >= told.Floor, $"the clock's floor {told.Floor} fell to {ledger.FloorMs}");
        string[] events = [.. ledger.Events.Peek(1000).Select(one => one.Id)];
        Promise.Holds(events.Distinct().Count() == events.Length, "an event is there twice");
        string[] gone = [.. told.Events.Except(events)], fresh = [.. events.Except(told.Events)];
        Promise.Holds(gone.All(id => asked.Any(one => one.EventDone == id)), $"the events {string.Join(", ", gone)} are lost");
        Promise.Holds(fresh.All(id => asked.Any(one => one.EventAdded == id)), $"the events {string.Join(", ", fresh)} were never told");
    }

    private static void GoesOn(LedgerStore ledger, Stands? told, Random random)
    {
        long last = ledger.LastSeq;
        if (told?.Rows.LastOrDefault(row => row.Draft.Origin is not null) is { } known && known.Seq > ledger.TrimmedThrough)
        {
            AppendResult again = ledger.Append(known.Draft, ClockReading.Known(Start + 90_000_000, 5, "boot-after"));
            Promise.Holds(again is AppendResult.SameOrigin same && same.Seq == known.Seq, $"the entry of punch {known.Seq}, sent again, was answered {again}");
        }

        for (int n = 1; n <= 2; n++)
        {
            AppendResult next = ledger.Append(Draft(random, "after-" + n.ToString(CultureInfo.InvariantCulture)), ClockReading.Known(Start + 100_000_000 + n, 10 + n, "boot-after"));
            Promise.Holds(next is AppendResult.Recorded recorded && recorded.Seq == last + n, $"the next punch was answered {next} where {last + n} was expected");
        }

        WatermarkVerdict verdict = ledger.Acknowledge(ledger.Head);
        Promise.Holds(verdict == WatermarkVerdict.Advanced, $"a watermark at the ledger's own head was answered {verdict}");
    }

    private static void Whole(string folder)
    {
        using LedgerReader reader = LedgerReader.Open(Path.Combine(folder, "ledger.db"));
        LedgerVerdict verdict = reader.Verify();
        Promise.Holds(verdict.Whole, $"verify: {verdict.Fault}");
    }

    internal static PunchDraft Draft(Random random, string? origin) => random.Next(2) == 0
        ? new() { Person = $"u-{random.Next(20)}", Method = PunchMethod.Card, Direction = PunchDirection.In, Origin = origin }
        : new()
        {
            Person = $"u-{random.Next(20)}", Method = PunchMethod.Face, Score = 0.7f, Threshold = 0.43f, Liveness = 0.98f, Pack = "sface@1.0.0", Origin = origin,
            Photo = random.Next(2) == 0 ? null : Convert.ToHexStringLower(Bytes(random)),
        };

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return bytes;
    }
}

/// <summary>What of the ledger was asked for.</summary>
internal sealed record LedgerAsked(string What) : Asked(What)
{
    public PunchDraft? Draft { get; init; }
    public long Watermark { get; init; } = -1;
    public bool Trims { get; init; }
    public string? EventAdded { get; init; }
    public string? EventDone { get; init; }
}

/// <summary>All that stands after an answer: it was read back, and somebody may have been told any of it.</summary>
internal sealed record Stands(Guid Ledger, IReadOnlyList<StoredPunch> Rows, long LastSeq, long Acknowledged, long Trimmed, long Floor, IReadOnlyList<string> Events)
{
    public override string ToString() => $"stands at {LastSeq}, acknowledged {Acknowledged}, trimmed {Trimmed}, {Events.Count} events";
}
