using System.Globalization;
using Devices.Contract.Punches;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Link;
using Microsoft.Data.Sqlite;
using LinkDirection = Devices.Link.PunchDirection;
using PunchDirection = Devices.Contract.Punches.PunchDirection;

namespace Devices.Edge.Agent.Mcu;

/// <summary>
/// The board's side of the link: cards become punches, time and answers go back. <c>confirm</c> leaves only after the commit, and the same
/// entry always gets the same answer, however many crashes lie between.
/// </summary>
public sealed class McuDesk : IMcuDesk
{
    private readonly AgentOptions _options;
    private readonly PeopleStore _people;
    private readonly PunchBook _book;
    private readonly LedgerStore _ledger;
    private readonly TrustedClock _clock;
    private readonly EntryAnswers _answers;
    private readonly EventGate _gate;
    private readonly Narration _narration;
    private readonly SiteClock _site;
    private readonly CardTime _cardTime = new();
    private Func<LinkMessage, Task<bool>> _send = static _ => Task.FromResult(false);
    private bool _absent;

    public McuDesk(
        AgentOptions options, PeopleStore people, PunchBook book, LedgerStore ledger, TrustedClock clock, EntryAnswers answers,
        EventGate gate, Narration narration, SiteClock site)
    {
        _options = options;
        _people = people;
        _book = book;
        _ledger = ledger;
        _clock = clock;
        _answers = answers;
        _gate = gate;
        _narration = narration;
        _site = site;
    }

    /// <summary>The firmware's version as it said; null before its hello.</summary>
    public string? Firmware { get; private set; }

    /// <summary>Entries waiting on the MCU, as it said last.</summary>
    public long McuQueue { get; private set; }

    /// <summary>Whether an MCU is connected and reports nobody in front of the terminal.</summary>
    public bool Absent => Volatile.Read(ref _absent);

    /// <summary>Raised when the MCU has come (after its hello).</summary>
    public event Action? Greeted;

    /// <summary>Tells how to reach the MCU; the broker is made after the desk.</summary>
    public void Attach(Func<LinkMessage, Task<bool>> send) => _send = send;

    public void OnConnected()
    {
        // Until it says otherwise somebody may be there.
        Volatile.Write(ref _absent, false);
    }

    public void OnDisconnected()
    {
        Volatile.Write(ref _absent, false);
        Firmware = null;
        _narration.Tell("mcu", "The MCU is gone; cards that are read meanwhile wait on it.");
    }

    public async Task OnHelloAsync(HelloMessage hello)
    {
        _cardTime.Anchor(hello.Boot, hello.UptimeMs, _clock.MonotonicMs);
        Firmware = hello.Firmware;
        string since = TimeSpan.FromMilliseconds(hello.UptimeMs).TotalMinutes < 1 ? $"just started ({hello.Reason})" : $"running since {TimeSpan.FromMilliseconds(hello.UptimeMs).TotalMinutes:0} min";
        _narration.Tell("mcu", string.Create(CultureInfo.InvariantCulture, $"The MCU is connected: firmware {hello.Firmware}, {since}."));
        if (hello.Reason is "watchdog" or "crash") _gate.Offer("crash", $"The MCU restarted by itself ({hello.Reason}).");
        await SendTimeAsync().ConfigureAwait(false);
        Greeted?.Invoke();
    }

    /// <summary>Tells the MCU the time: on its hello, every ten minutes, and when trust changes.</summary>
    public Task<bool> SendTimeAsync()
    {
        ClockReading now = _clock.Read();
        long at = Math.Clamp(now.AtMs, 0, LinkLimits.MaxEpochMs);
        return _send(new TimeMessage { Now = at, OffsetMinutes = Math.Clamp(_site.OffsetMinutes(at), -840, 840), Trusted = now.Trusted });
    }

    public async Task OnCardAsync(CardMessage card)
    {
        string? door = null;
        ConfirmMessage answer;
        try
        {
            answer = Answer(card, out door);
        }
        catch (Exception fault) when (IsFull(fault))
        {
            // No answer can be kept either, so none is final: the MCU keeps the entry and offers it again. The person reads that it is saved there.
            _narration.Warn("disk", "A card came, but the terminal's disk is full; the entry waits on the MCU. Free some space.");
            answer = FullAnswer(card.Id, "");
        }

        await _send(answer).ConfigureAwait(false);
        if (door is not null) await OpenDoorAsync(door).ConfigureAwait(false);
    }

    public async Task OnPinAsync(PinMessage pin)
    {
        ConfirmMessage answer = _answers.Find(pin.Id) ?? new() { Id = pin.Id, Result = ConfirmResult.Refused, Reason = "PIN is not set up on this terminal; use face or card." };
        _answers.Keep(answer);
        _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "pin", Text = "A PIN was entered, but PINs are not set up on this terminal." });
        await _send(answer).ConfigureAwait(false);
    }

    public Task OnPresenceAsync(PresenceMessage presence)
    {
        Volatile.Write(ref _absent, !presence.Present);
        return Task.CompletedTask;
    }

    public Task OnEventAsync(EventMessage happened)
    {
        (string kind, string text, bool security) = happened.Kind switch
        {
            EventKind.DoorForced => ("door", "The door was opened by force.", true),
            EventKind.DoorHeld => ("door", "The door is held open.", true),
            EventKind.Tamper => ("tamper", "The terminal's case was opened.", true),
            EventKind.ExitButton => ("door", "The door was opened by the exit button.", false),
            _ => ("crash", $"The MCU reports a fault: {happened.Detail}", false),
        };
        if (happened.Kind != EventKind.Fault && happened.Detail.Length > 0) text = $"{text} {happened.Detail}";

        // The MCU sends it again until PUBACK; the answers' store doubles as the memory of what was taken.
        string entry = "event-" + happened.Id;
        if (_answers.Find(entry) is not null) return Task.CompletedTask;
        _ledger.Events.Add(kind, text, security);
        _answers.Keep(new() { Id = entry, Result = ConfirmResult.Accepted });
        _narration.Warn(kind is "crash" ? "mcu" : kind, text);
        return Task.CompletedTask;
    }

    public Task OnPingAsync(PingMessage ping) => _send(new PongMessage { N = ping.N });

    public Task OnStatusAsync(StatusMessage status)
    {
        McuQueue = status.Queue;
        return Task.CompletedTask;
    }

    /// <summary>Opens the door once; the same id twice is one pulse on the MCU.</summary>
    public Task<bool> OpenDoorAsync(string id) => _options.DoorOpenMs <= 0
        ? Task.FromResult(false)
        : _send(new DoorMessage { Id = id, OpenMs = _options.DoorOpenMs });

    private ConfirmMessage Answer(CardMessage card, out string? door)
    {
        door = null;
        if (_answers.Find(card.Id) is { } before) return before;
        ClockReading now = _clock.Read();
        ClockReading at = _cardTime.Of(card, now);
        // Only for somebody who still stands there. The MCU carries out each id once, so that the door of an entry that is sent again
        // after a crash opens where the crash came before it, and stays shut where it came after.
        bool there = _options.CardDoor && now.MonotonicMs - at.MonotonicMs < 15_000 && at.BootId == now.BootId;
        if (_ledger.OfOrigin(card.Id) is { } same)
        {
            string known = _people.Find(same.Draft.Person)?.Name ?? same.Draft.Person;
            _narration.Tell(new NarrationEvent { Kind = "card", Person = same.Draft.Person, Name = known, Seq = same.Seq, Method = "card", Text = $"{known}'s card was sent again by the MCU; it is punch {_options.Terminal}/{same.Seq} already." });
            if (there) door = DoorId(same.Seq);
            return Confirm(card.Id, ConfirmResult.Accepted, same.Seq, known, same.BestAtMs, "");
        }

        if (_people.FindByCard(card.Uid) is not { } person)
        {
            _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "card-unknown", Method = "card", Text = $"The card {Masked(card.Uid)} belongs to nobody; no punch." });
            _gate.Offer("card-unknown", $"A card that belongs to nobody was shown ({Masked(card.Uid)}).");
            return Kept(Confirm(card.Id, ConfirmResult.Unknown, 0, "", 0, "This card is not known here."));
        }

        PunchDraft draft = new()
        {
            Person = person.Id,
            Method = PunchMethod.Card,
            Direction = card.Direction switch { LinkDirection.In => PunchDirection.In, LinkDirection.Out => PunchDirection.Out, _ => PunchDirection.None },
            Origin = card.Id,
        };
        PunchAnswer answer = _book.Record(draft, at);
        switch (answer.Verdict)
        {
            case PunchVerdict.Accepted:
                string late = now.MonotonicMs - at.MonotonicMs > 60_000 && at.BootId == now.BootId ? $", read at {_site.Minutes(answer.AtMs)}" : "";
                string held = answer.Held ? ", time not yet certain" : "";
                _narration.Tell(new NarrationEvent
                {
                    Kind = "punch", Person = person.Id, Name = person.Name, Method = "card", Seq = answer.Seq,
                    Text = $"{person.Name} by card{late}, punch {_options.Terminal}/{answer.Seq} stored{held}",
                });
                SealIfUnknown(at, now);
                if (there) door = DoorId(answer.Seq);
                return Confirm(card.Id, ConfirmResult.Accepted, answer.Seq, person.Name, answer.AtMs, "");
            case PunchVerdict.Repeat:
                _narration.Tell(new NarrationEvent
                {
                    Kind = "repeat", Person = person.Id, Name = person.Name, Method = "card", Seq = answer.Seq,
                    Text = $"{person.Name} by card: already recorded {_site.Minutes(answer.AtMs)} (punch {_options.Terminal}/{answer.Seq})",
                });
                // The punch is one, but the person may well stand before a closed door.
                if (there) door = DoorId(answer.Seq) + string.Create(CultureInfo.InvariantCulture, $"-{at.MonotonicMs}");
                return Kept(Confirm(card.Id, ConfirmResult.Repeat, answer.Seq, person.Name, answer.AtMs, ""));
            case PunchVerdict.Full:
                _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "full", Person = person.Id, Name = person.Name, Method = "card", Text = $"{person.Name} by card: {answer.Reason}" }, Microsoft.Extensions.Logging.LogLevel.Warning);
                _gate.Offer("disk", answer.Reason!, security: true);
                return FullAnswer(card.Id, person.Name);
            default:
                _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "invalid", Person = person.Id, Name = person.Name, Method = "card", Text = $"{person.Name} by card: {answer.Reason}" }, Microsoft.Extensions.Logging.LogLevel.Warning);
                return Kept(Confirm(card.Id, ConfirmResult.Refused, 0, person.Name, 0, "This card cannot be recorded; tell the operator."));
        }
    }

    // A punch whose time will never be known must not wait for the next one to be sealed and sent.
    private void SealIfUnknown(ClockReading at, ClockReading now)
    {
        if (at.BootId == now.BootId || !now.Trusted) return;
        _ledger.Seal(new ClockAnchor(now.AtMs, now.MonotonicMs, now.BootId, Math.Max(0, now.UncertaintyMs), _clock.Source));
    }

    private string DoorId(long seq) => $"door-{_ledger.LedgerId:N}"[..21] + "-" + seq.ToString(CultureInfo.InvariantCulture);

    private static bool IsFull(Exception fault) => fault is LedgerException { Fault: LedgerFault.DiskFull } or SqliteException { SqliteErrorCode: 13 };

    private static ConfirmMessage FullAnswer(string entry, string name) => Confirm(entry, ConfirmResult.Full, 0, name, 0, "The terminal's memory is full.");

    private ConfirmMessage Kept(ConfirmMessage answer)
    {
        _answers.Keep(answer);
        return answer;
    }

    private static ConfirmMessage Confirm(string id, ConfirmResult result, long seq, string name, long at, string reason) => new()
    {
        Id = id, Result = result, Seq = seq, Name = name, At = Math.Clamp(at, 0, LinkLimits.MaxEpochMs), Reason = reason,
    };

    // A card's number opens doors at other places too: the log shows only its end.
    private static string Masked(string uid) => "…" + uid[^4..];
}
