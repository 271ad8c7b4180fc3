using System.Diagnostics;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Telemetry;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Punching;

/// <summary>
/// The one door to the ledger for face and card: the same entry is the same punch (origin), the same person within the window is no
/// second punch, and everything else is appended durably before anybody is thanked. It asks the ledger, not memory, so a restart in
/// between changes nothing. One punch at a time, so that face and card of one person at one moment cannot both get in.
/// </summary>
/// <param name="photos">Where evidence photos wait; null for a terminal that keeps none.</param>
public sealed class PunchBook(LedgerStore ledger, Func<TimeSpan> window, PhotoBox? photos = null)
{
    public PunchBook(LedgerStore ledger, TimeSpan window, PhotoBox? photos = null) : this(ledger, () => window, photos)
    {
    }

    private readonly Lock _gate = new();

    /// <param name="picture">The evidence, asked for only where a new punch is about to be recorded: a repeat writes nothing.</param>
    /// <exception cref="LedgerException">The disk failed: nothing may be promised to the person.</exception>
    public PunchAnswer Record(PunchDraft draft, ClockReading reading, Func<byte[]?>? picture = null)
    {
        ArgumentNullException.ThrowIfNull(draft);
        long begun = Stopwatch.GetTimestamp();
        string outcome = "fault";
        try
        {
            PunchAnswer answer = Answer(draft, reading, picture);
            outcome = answer.Verdict switch { PunchVerdict.Accepted when answer.Again => "again", PunchVerdict.Accepted => "accepted", PunchVerdict.Repeat => "repeat", PunchVerdict.Full => "full", _ => "invalid" };
            return answer;
        }
        finally
        {
            AgentMeters.Punch(draft.Method, outcome, Stopwatch.GetElapsedTime(begun));
        }
    }

    private PunchAnswer Answer(PunchDraft draft, ClockReading reading, Func<byte[]?>? picture)
    {
        lock (_gate)
        {
            if (draft.Origin is not null && ledger.OfOrigin(draft.Origin) is { } same)
                return new(PunchVerdict.Accepted, same.Seq, same.BestAtMs, same.Sealed is null, Again: true, null);
            if (ledger.RepeatOf(draft.Person, reading, window()) is { } near)
                return new(PunchVerdict.Repeat, near.Seq, near.BestAtMs, near.Sealed is null, false, null);
            return Append(draft, reading, picture) switch
            {
                AppendResult.Recorded recorded => new(PunchVerdict.Accepted, recorded.Seq, recorded.AtMs, !recorded.Sealed, false, null),
                AppendResult.SameOrigin known => new(PunchVerdict.Accepted, known.Seq, known.AtMs, false, Again: true, null),
                AppendResult.Full full => new(PunchVerdict.Full, 0, 0, false, false, full.Reason),
                AppendResult.Invalid invalid => new(PunchVerdict.Invalid, 0, 0, false, false, invalid.Reason),
                _ => throw new InvalidOperationException("The ledger gave an answer that is not known here."),
            };
        }
    }

    // The photo first, so that the punch names what is on the disk; nobody else appends meanwhile, so its place is known.
    private AppendResult Append(PunchDraft draft, ClockReading reading, Func<byte[]?>? picture)
    {
        long seq = ledger.LastSeq + 1;
        if (picture is null || photos?.Keep(seq, draft.Person, picture) is not { } sha256) return ledger.Append(draft, reading);
        try
        {
            return ledger.Append(draft with { Photo = sha256 }, reading);
        }
        finally
        {
            photos.Settle(seq);
        }
    }
}
