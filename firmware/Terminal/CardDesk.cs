using System;
using Devices.Link;
using Devices.Terminal.Cards;
using Devices.Terminal.Entries;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;

namespace Devices.Terminal;

/// <summary>
/// A card from the reader to the person's answer. The punch is on flash before anything is said; "thank you" is said only on the
/// board's confirm; without one the person reads "saved, will be confirmed".
/// </summary>
public sealed class CardDesk
{
    /// <summary>With no confirm after this long the person is told that the punch is saved, ms.</summary>
    public const int PatienceMs = 2000;

    /// <summary>A confirm later than this is for a person who has left: the screen stays as it is, ms.</summary>
    public const int LiveMs = 8000;

    /// <summary>A direction key counts for the next card within this time, ms.</summary>
    public const int DirectionMs = 10000;

    private readonly EntryQueue _queue;
    private readonly ScreenDirector _screen;
    private readonly Chimes _chimes;
    private readonly DoorControl _door;
    private readonly TerminalOptions _options;
    private readonly ISystem _system;
    private readonly LinkWriter _writer = new LinkWriter();
    private readonly CardDebounce _debounce = new CardDebounce();
    private string _liveId = "";
    private long _liveMs;
    private bool _told;
    private PunchDirection _direction;
    private long _directionMs;
    private bool _liveIsPin;
    private bool _pinAnswered;
    private bool _pinRight;

    public CardDesk(EntryQueue queue, ScreenDirector screen, Chimes chimes, DoorControl door, TerminalOptions options, ISystem system)
    {
        _queue = queue ?? throw new ArgumentNullException(nameof(queue));
        _screen = screen ?? throw new ArgumentNullException(nameof(screen));
        _chimes = chimes ?? throw new ArgumentNullException(nameof(chimes));
        _door = door ?? throw new ArgumentNullException(nameof(door));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _system = system ?? throw new ArgumentNullException(nameof(system));
    }

    /// <summary>The entry of the person who stands there, or "".</summary>
    public string LiveId
    {
        get { return _liveId; }
    }

    /// <summary>Punches stored since boot.</summary>
    public int Taken { get; private set; }

    public void OnDirection(PunchDirection direction, long nowMs)
    {
        _direction = direction;
        _directionMs = nowMs;
        string text = direction == PunchDirection.In ? _screen.Texts.DirectionIn : _screen.Texts.DirectionOut;
        _screen.Show(ScreenKind.Hint, text, "", "", nowMs, DirectionMs);
        _chimes.Play(Chime.Key, nowMs);
    }

    public void OnDamaged(CardRefusal why, long nowMs)
    {
        string text = why == CardRefusal.TwoCards ? _screen.Texts.TwoCards : why == CardRefusal.RandomNumber ? _screen.Texts.RandomCard : _screen.Texts.CardTwice;
        _screen.Show(ScreenKind.Hint, text, "", "", nowMs, 2500);
        _chimes.Play(Chime.Bad, nowMs);
    }

    public void OnCard(string uid, string boot, long wallMs, bool up, long nowMs)
    {
        if (!_debounce.IsNew(uid, nowMs))
        {
            return;
        }

        if (!HasRoom(nowMs, out long counter, out string id))
        {
            return;
        }

        CardMessage message = new CardMessage();
        message.Id = id;
        message.Uid = uid;
        message.UptimeMs = nowMs;
        message.Boot = boot;
        message.Now = wallMs;
        message.Direction = TakeDirection(nowMs);
        Store(message, counter, id, false, up, nowMs);
    }

    /// <summary>A person's number and PIN, typed.</summary>
    public void OnPin(string person, string pin, string boot, long wallMs, bool up, long nowMs)
    {
        if (!HasRoom(nowMs, out long counter, out string id))
        {
            return;
        }

        PinMessage message = new PinMessage();
        message.Id = id;
        message.Person = person;
        message.Pin = pin;
        message.UptimeMs = nowMs;
        message.Boot = boot;
        message.Now = wallMs;
        message.Direction = TakeDirection(nowMs);
        Store(message, counter, id, true, up, nowMs);
    }

    /// <summary>True once after the board has answered a PIN entry of somebody who stood there; with whether it was right.</summary>
    public bool TakePinAnswer(out bool right)
    {
        bool answered = _pinAnswered;
        right = _pinRight;
        _pinAnswered = false;
        return answered;
    }

    /// <summary>
    /// A confirm. Only now is the entry dropped, and only its first confirm says or opens anything. Returns false for an
    /// entry that isn't here (a second confirm).
    /// </summary>
    public bool OnConfirm(ConfirmMessage confirm, string time, long nowMs)
    {
        QueuedEntry? entry = _queue.Find(confirm.Id);
        if (entry == null)
        {
            return false;
        }

        bool live = confirm.Id == _liveId && nowMs - _liveMs < LiveMs;
        if (confirm.Result == ConfirmResult.Full)
        {
            // The board has no room: the entry stays here and is offered again.
            entry.NotBeforeMs = nowMs + 30000;
        }
        else
        {
            _queue.Drop(confirm.Id);
        }

        if (live)
        {
            _liveId = "";
            _pinAnswered = _liveIsPin;
            _pinRight = confirm.Result != ConfirmResult.Refused && confirm.Result != ConfirmResult.Unknown;
            Answer(confirm, time, nowMs);
        }

        return true;
    }

    public void Step(bool up, long nowMs)
    {
        if (_liveId.Length == 0)
        {
            return;
        }

        if (!_told && (!up || nowMs - _liveMs >= PatienceMs))
        {
            TellSaved(nowMs);
        }
        else if (nowMs - _liveMs >= LiveMs)
        {
            _liveId = "";
        }
    }

    private void Answer(ConfirmMessage confirm, string time, long nowMs)
    {
        switch (confirm.Result)
        {
            case ConfirmResult.Accepted:
                _screen.ShowHeld(ScreenKind.Thanks, "", confirm.Name, time, nowMs, 3000);
                _chimes.Play(Chime.Good, nowMs);
                if (_options.DoorOnAccept)
                {
                    _door.Pulse(_options.DoorOpenMs, nowMs);
                }

                break;
            case ConfirmResult.Repeat:
                _screen.ShowHeld(ScreenKind.Repeat, "", confirm.Name, time, nowMs, 3000);
                _chimes.Play(Chime.Good, nowMs);
                if (_options.DoorOnAccept)
                {
                    // The punch is one, but the person may well want to go through the door again.
                    _door.Pulse(_options.DoorOpenMs, nowMs);
                }

                break;
            case ConfirmResult.Unknown:
                _screen.ShowHeld(ScreenKind.Unknown, "", "", _screen.Texts.Reason(confirm.Reason), nowMs, 3000);
                _chimes.Play(Chime.Bad, nowMs);
                break;
            case ConfirmResult.Full:
                _screen.ShowHeld(ScreenKind.Full, "", "", _screen.Texts.SavedButFull, nowMs, 5000);
                _chimes.Play(Chime.Alarm, nowMs);
                break;
            default:
                _screen.ShowHeld(ScreenKind.Unknown, _screen.Texts.RefusedTitle, confirm.Name, _screen.Texts.Reason(confirm.Reason), nowMs, 4000);
                _chimes.Play(Chime.Bad, nowMs);
                break;
        }
    }

    private bool HasRoom(long nowMs, out long counter, out string id)
    {
        counter = 0;
        id = "";
        if (_queue.Punches >= _queue.Capacity)
        {
            Refuse(ScreenKind.Full, "", nowMs, "A punch was refused: " + _queue.Punches + " wait for the board and there is no room for more.");
            return false;
        }

        if (!_queue.TryNewId(out counter, out string? made))
        {
            Refuse(ScreenKind.Fault, _screen.Texts.StorageFault, nowMs, "A punch was refused: the flash does not take data.");
            return false;
        }

        id = made;
        return true;
    }

    private PunchDirection TakeDirection(long nowMs)
    {
        PunchDirection direction = nowMs - _directionMs < DirectionMs ? _direction : PunchDirection.None;
        _direction = PunchDirection.None;
        return direction;
    }

    private void Store(LinkMessage message, long counter, string id, bool pin, bool up, long nowMs)
    {
        if (!message.TryWrite(_writer, out byte[]? payload, out LinkFault? fault))
        {
            _system.Log("A punch was not taken: " + fault.Sentence);
            OnDamaged(CardRefusal.Damaged, nowMs);
            return;
        }

        PutResult put = _queue.Put(counter, id, message.Leaf, payload);
        if (put != PutResult.Saved)
        {
            Refuse(
                put == PutResult.Full ? ScreenKind.Full : ScreenKind.Fault,
                put == PutResult.Full ? "" : _screen.Texts.StorageFault,
                nowMs,
                "A punch was refused: the flash does not take data.");
            return;
        }

        Taken++;
        _liveId = id;
        _liveMs = nowMs;
        _liveIsPin = pin;
        _told = false;
        if (up)
        {
            _screen.ShowHeld(ScreenKind.Hint, "", "", "", nowMs, PatienceMs + 500);
        }
        else
        {
            TellSaved(nowMs);
        }
    }

    private void TellSaved(long nowMs)
    {
        _told = true;
        _screen.ShowHeld(ScreenKind.Offline, "", "", "", nowMs, 3000);
        _chimes.Play(Chime.Saved, nowMs);
    }

    private void Refuse(ScreenKind kind, string detail, long nowMs, string log)
    {
        _system.Log(log);
        _screen.ShowHeld(kind, "", "", detail, nowMs, 5000);
        _chimes.Play(Chime.Alarm, nowMs);
    }
}
