using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
    private readonly PinBook _pins;
    private readonly EventGate _gate;
    private readonly Narration _narration;
    private readonly SiteClock _site;
    private readonly CardTime _cardTime = new();
    private readonly PongLog _pongs = new();
    private Func<LinkMessage, Task<bool>> _send = static _ => Task.FromResult(false);
    private bool _absent;

    public McuDesk(
        AgentOptions options, PeopleStore people, PunchBook book, LedgerStore ledger, TrustedClock clock, EntryAnswers answers,
        PinBook pins, EventGate gate, Narration narration, SiteClock site)
    {
        _options = options;
        _people = people;
        _book = book;
        _ledger = ledger;
        _clock = clock;
        _answers = answers;
        _pins = pins;
        _gate = gate;
        _narration = narration;
        _site = site;
    }

    /// <summary>The firmware's version as it said; null before its hello.</summary>
    public string? Firmware { get; private set; }

    /// <summary>Entries waiting on the MCU, as it said last.</summary>
    public long McuQueue { get; private set; }

    /// <summary>Temperature in the MCU's case as it said last; null where it has no sensor.</summary>
    public double? Celsius { get; private set; }

    /// <summary>The MCU's supply as it said last; null where it has no sensor.</summary>
    public double? Volts { get; private set; }

    /// <summary>How strong the MCU hears its Wi-Fi, dBm, as measured last; null over a cable and before its first measurement.</summary>
    public int? Rssi { get; private set; }

    /// <summary>Free managed memory of the MCU as it said last, bytes.</summary>
    public long? FreeBytes { get; private set; }

    /// <summary>Why the MCU started last, as it said in its hello.</summary>
    public string? StartReason { get; private set; }

    /// <summary>When the MCU started by this board's wall clock, ms since the Unix epoch; null before its hello.</summary>
    public long? StartedAt { get; private set; }

    /// <summary>How often the MCU has said hello since the agent started: more than it was restarted means a link that breaks.</summary>
    public long Hellos { get; private set; }

    /// <summary>Whether the MCU runs in safe mode after repeated crashes.</summary>
    public bool SafeMode { get; private set; }

    /// <summary>Whether an MCU is connected and reports nobody in front of the terminal.</summary>
    public bool Absent => Volatile.Read(ref _absent);

    /// <summary>Raised when the MCU has come (after its hello).</summary>
    public event Action? Greeted;

    /// <summary>Tells how to reach the MCU; the broker is made after the desk.</summary>
    public void Attach(Func<LinkMessage, Task<bool>> send) => _send = send;

    public void OnConnected()
    {
        _pongs.Forget();
        // Until it says otherwise somebody may be there.
        Volatile.Write(ref _absent, false);
    }

    public void OnDisconnected()
    {
        Volatile.Write(ref _absent, false);
        Firmware = null;
        _narration.Tell("mcu", "The MCU is gone; cards that are read meanwhile wait on it.");
    }

    public async Task OnHelloAsync(HelloMessage hello, Func<TimeSpan> connectedFor)
    {
        ArgumentNullException.ThrowIfNull(connectedFor);
        // In this order: a process that is stopped between the two has then been connected for longer, and says so, instead of believing
        // that the word came after the pause.
        long came = _clock.MonotonicMs;
        long most = (long)Math.Ceiling(connectedFor().TotalMilliseconds);
        _cardTime.Anchor(hello.Boot, hello.UptimeMs, came, most);
        Firmware = hello.Firmware;
        StartReason = hello.Reason;
        StartedAt = Math.Max(0, _clock.Read().AtMs - hello.UptimeMs);
        Hellos++;
        string since = TimeSpan.FromMilliseconds(hello.UptimeMs).TotalMinutes < 1 ? $"just started ({hello.Reason})" : $"running since {TimeSpan.FromMilliseconds(hello.UptimeMs).TotalMinutes:0} min";
        _narration.Tell("mcu", string.Create(CultureInfo.InvariantCulture, $"The MCU is connected: firmware {hello.Firmware}, {since}."));
        if (hello.UncertaintyMs >= 0 && hello.Now > 0 && !_clock.Read().Trusted && _clock.OfferMcuTime(hello.Now, hello.UncertaintyMs + most, came))
            _narration.Tell("clock", string.Create(CultureInfo.InvariantCulture, $"The time comes from the MCU's battery clock until a surer source speaks (to {hello.UncertaintyMs + most} ms)."));
        if (hello.Reason is "crash" or "network" || hello.Reason.StartsWith("watchdog", StringComparison.Ordinal)) _gate.Offer("crash", $"The MCU restarted by itself ({hello.Reason}).");
        await SendTimeAsync().ConfigureAwait(false);
        Greeted?.Invoke();
    }

    /// <summary>Tells the MCU the time: on its hello, every ten minutes, and when trust changes.</summary>
    public Task<bool> SendTimeAsync()
    {
        ClockReading now = _clock.Read();
        long at = Math.Clamp(now.AtMs, 0, LinkLimits.MaxEpochMs);
        return _send(new TimeMessage { Now = at, OffsetMinutes = Math.Clamp(_site.OffsetMinutes(at), -840, 840), Trusted = now.Trusted, UncertaintyMs = Math.Max(0, now.Trusted ? now.UncertaintyMs : 0) });
    }

    public Task OnCardAsync(CardMessage card) => EntryAsync(card.Id, "card", () => (Answer(card, out string? door), door));

    public Task OnPinAsync(PinMessage pin) => EntryAsync(pin.Id, "PIN", () => (Answer(pin, out string? door), door));

    private async Task EntryAsync(string entry, string what, Func<(ConfirmMessage Answer, string? Door)> take)
    {
        string? door = null;
        ConfirmMessage answer;
        try
        {
            (answer, door) = take();
        }
        catch (Exception fault) when (IsFull(fault))
        {
            // No answer can be kept either, so none is final: the MCU keeps the entry and offers it again. The person reads that it is saved there.
            _narration.Warn("disk", $"A {what} came, but the terminal's disk is full; the entry waits on the MCU. Free some space.");
            answer = FullAnswer(entry, "");
        }

        await _send(answer).ConfigureAwait(false);
        if (door is not null) await OpenDoorAsync(door).ConfigureAwait(false);
    }

    public Task OnPresenceAsync(PresenceMessage presence)
    {
        Volatile.Write(ref _absent, !presence.Present);
        return Task.CompletedTask;
    }

    public async Task OnEventAsync(EventMessage happened)
    {
        ConfirmMessage answer = new() { Id = happened.Id, Result = ConfirmResult.Accepted };
        try
        {
            TakeEvent(happened);
        }
        catch (Exception fault) when (IsFull(fault))
        {
            // The MCU keeps it and offers it again; refusing by closing the connection would stop the cards behind it.
            answer = FullAnswer(happened.Id, "");
        }

        await _send(answer).ConfigureAwait(false);
    }

    public Task OnPingAsync(PingMessage ping)
    {
        ClockReading read = _clock.Read();
        long now = read.MonotonicMs;
        if (ping.Boot.Length > 0 && _pongs.OnItsWay(ping, now) is { } most) _cardTime.Anchor(ping.Boot, ping.UptimeMs, now, most);
        _pongs.Sent(ping.N, now);
        return _send(new PongMessage { N = ping.N, Now = read.Trusted ? Math.Clamp(read.AtMs, 0, LinkLimits.MaxEpochMs) : 0, UncertaintyMs = Math.Max(0, read.UncertaintyMs) });
    }

    public Task OnStatusAsync(StatusMessage status)
    {
        McuQueue = status.Queue;
        FreeBytes = status.FreeBytes;
        if (status.Celsius100 != StatusMessage.NotMeasured) Celsius = status.Celsius100 / 100.0;
        if (status.Millivolts != StatusMessage.NotMeasured) Volts = status.Millivolts / 1000.0;
        if (status.Rssi != StatusMessage.NotMeasured) Rssi = status.Rssi;
        SafeMode = status.SafeMode;
        return Task.CompletedTask;
    }

    /// <summary>Opens the door once; the same id twice is one pulse on the MCU.</summary>
    public Task<bool> OpenDoorAsync(string id) => _options.DoorOpenMs <= 0
        ? Task.FromResult(false)
        : _send(new DoorMessage { Id = id, OpenMs = _options.DoorOpenMs });

    // Confirmed only after this: the event stands in the ledger's outbox, under an id made from its own. A crash between the outbox and the
    // answers' store repeats the insert, which the outbox ignores while it waits and the bridge ignores once it has it.
    private void TakeEvent(EventMessage happened)
    {
        string entry = "event-" + happened.Id;
        if (_answers.Find(entry) is not null) return;
        (string kind, string text, bool security) = happened.Kind switch
        {
            EventKind.DoorForced => ("door", "The door was opened by force.", true),
            EventKind.DoorHeld => ("door", "The door is held open.", true),
            EventKind.Tamper => ("tamper", "The terminal's case was opened.", true),
            EventKind.ExitButton => ("door", "The door was opened by the exit button.", false),
            _ => ("crash", $"The MCU reports a fault: {happened.Detail}", false),
        };
        if (happened.Kind != EventKind.Fault && happened.Detail.Length > 0) text = $"{text} {happened.Detail}";
        ClockReading now = _clock.Read();
        ClockReading at = happened.Boot.Length == 0 ? now : _cardTime.Of(happened.Boot, happened.UptimeMs, happened.Now, now);
        if (!at.Trusted) text += " (The time is not certain.)";
        _ledger.Events.Add(kind, text, security, EventId(entry), Math.Clamp(at.AtMs, 0, LinkLimits.MaxEpochMs));
        _answers.Keep(new() { Id = entry, Result = ConfirmResult.Accepted });
        _narration.Warn(kind is "crash" ? "mcu" : kind, text);
    }

    // RFC 9562 version 8: the terminal's name keeps two terminals apart whose MCUs drew the same id.
    private Guid EventId(string entry)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(_options.Terminal + "/" + entry));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    private ConfirmMessage Answer(CardMessage card, out string? door)
    {
        ClockReading at = _cardTime.Of(card, _clock.Read());
        if (Known(card.Id, "card", at, out door) is { } before) return before;
        // Whose it was when it was read: the card may have been taken from its person while the entry waited on the MCU.
        Person? then = at.Trusted && _people.FindDeparted(card.Uid, at.AtMs) is { } left ? _people.Find(left) ?? new(left, left, [], new Dictionary<string, int>()) : null;
        if ((then ?? _people.FindByCard(card.Uid)) is not { } person)
        {
            _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "card-unknown", Method = "card", Text = $"The card {Masked(card.Uid)} belongs to nobody; no punch." });
            _gate.Offer("card-unknown", $"A card that belongs to nobody was shown ({Masked(card.Uid)}).");
            return Kept(Confirm(card.Id, ConfirmResult.Unknown, 0, "", 0, "This card is not known here."));
        }

        return Record(person, PunchMethod.Card, card.Id, card.Direction, at, out door);
    }

    private ConfirmMessage Answer(PinMessage pin, out string? door)
    {
        ClockReading at = _cardTime.Of(pin.Boot, pin.UptimeMs, pin.Now, _clock.Read());
        if (Known(pin.Id, "pin", at, out door) is { } before) return before;
        PinVerdict verdict = _pins.Check(pin.Person, pin.Pin, out string id);
        if (verdict == PinVerdict.Right && _people.Find(id) is { } person) return Record(person, PunchMethod.Pin, pin.Id, pin.Direction, at, out door);

        // The number is not told either: it is half of what somebody who tries needs. The MCU has the words for these codes.
        bool locked = verdict == PinVerdict.Locked;
        string sentence = locked
            ? "A PIN was entered, but too many wrong ones came before it; not looked at."
            : "A number and a PIN were entered that do not belong together.";
        _narration.Tell(new NarrationEvent { Kind = "refused", Reason = locked ? "pin-locked" : "pin-wrong", Method = "pin", Text = sentence });
        if (_pins.IsTerminalLocked) _gate.Offer("tamper", "Many wrong PINs were entered; the keypad is locked for ten minutes.", security: true);
        return Kept(Confirm(pin.Id, ConfirmResult.Refused, 0, "", 0, locked ? "pin-locked" : "pin-wrong"));
    }

    // An entry that was answered before gets that answer again.
    private ConfirmMessage? Known(string entry, string method, ClockReading at, out string? door)
    {
        door = null;
        if (_answers.Find(entry) is { } before) return before;
        if (_ledger.OfOrigin(entry) is not { } same) return null;
        string known = _people.Find(same.Draft.Person)?.Name ?? same.Draft.Person;
        string what = method == "pin" ? "PIN" : "card";
        _narration.Tell(new NarrationEvent { Kind = "card", Person = same.Draft.Person, Name = known, Seq = same.Seq, Method = method, Text = $"{known}'s {what} was sent again by the MCU; it is punch {_options.Terminal}/{same.Seq} already." });
        if (IsThere(at)) door = DoorId(same.Seq);
        return Confirm(entry, ConfirmResult.Accepted, same.Seq, known, same.BestAtMs, "");
    }

    // Only for somebody who still stands there. The MCU carries out each id once, so that the door of an entry that is sent again
    // after a crash opens where the crash came before it, and stays shut where it came after.
    private bool IsThere(ClockReading at)
    {
        ClockReading now = _clock.Read();
        return _options.CardDoor && now.MonotonicMs - at.MonotonicMs < 15_000 && at.BootId == now.BootId;
    }

    private ConfirmMessage Record(Person person, PunchMethod method, string entry, LinkDirection direction, ClockReading at, out string? door)
    {
        door = null;
        ClockReading now = _clock.Read();
        bool there = IsThere(at);
        if (!person.May(method == PunchMethod.Pin ? "pin" : "card"))
        {
            string way = method == PunchMethod.Pin ? "PIN" : "card";
            _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "method", Person = person.Id, Name = person.Name, Method = method == PunchMethod.Pin ? "pin" : "card", Text = $"{person.Name} by {way}: the platform does not allow this person to punch by {way}; no punch." });
            return Kept(Confirm(entry, ConfirmResult.Refused, 0, person.Name, 0, $"You may not punch by {way} here."));
        }

        string word = method == PunchMethod.Pin ? "pin" : "card", by = method == PunchMethod.Pin ? "PIN" : "card";
        PunchDraft draft = new()
        {
            Person = person.Id,
            Method = method,
            Direction = direction switch { LinkDirection.In => PunchDirection.In, LinkDirection.Out => PunchDirection.Out, _ => PunchDirection.None },
            Origin = entry,
        };
        PunchAnswer answer = _book.Record(draft, at);
        switch (answer.Verdict)
        {
            case PunchVerdict.Accepted:
                string late = now.MonotonicMs - at.MonotonicMs > 60_000 && at.BootId == now.BootId ? $", read at {_site.Minutes(answer.AtMs)}" : "";
                string held = answer.Held ? ", time not yet certain" : "";
                _narration.Tell(new NarrationEvent
                {
                    Kind = "punch", Person = person.Id, Name = person.Name, Method = word, Seq = answer.Seq,
                    Text = $"{person.Name} by {by}{late}, punch {_options.Terminal}/{answer.Seq} stored{held}",
                });
                SealIfUnknown(at, now);
                if (there) door = DoorId(answer.Seq);
                return Confirm(entry, ConfirmResult.Accepted, answer.Seq, person.Name, answer.AtMs, "");
            case PunchVerdict.Repeat:
                _narration.Tell(new NarrationEvent
                {
                    Kind = "repeat", Person = person.Id, Name = person.Name, Method = word, Seq = answer.Seq,
                    Text = $"{person.Name} by {by}: already recorded {_site.Minutes(answer.AtMs)} (punch {_options.Terminal}/{answer.Seq})",
                });
                // The punch is one, but the person may well stand before a closed door.
                if (there) door = DoorId(answer.Seq) + string.Create(CultureInfo.InvariantCulture, $"-{at.MonotonicMs}");
                return Kept(Confirm(entry, ConfirmResult.Repeat, answer.Seq, person.Name, answer.AtMs, ""));
            case PunchVerdict.Full:
                _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "full", Person = person.Id, Name = person.Name, Method = word, Text = $"{person.Name} by {by}: {answer.Reason}" }, Microsoft.Extensions.Logging.LogLevel.Warning);
                _gate.Offer("disk", answer.Reason!, security: true);
                return FullAnswer(entry, person.Name);
            default:
                _narration.Tell(new NarrationEvent { Kind = "refused", Reason = "invalid", Person = person.Id, Name = person.Name, Method = word, Text = $"{person.Name} by {by}: {answer.Reason}" }, Microsoft.Extensions.Logging.LogLevel.Warning);
                return Kept(Confirm(entry, ConfirmResult.Refused, 0, person.Name, 0, $"This {by} cannot be recorded; tell the operator."));
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
