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

    public void OnDirection(PunchDirection direction, long nowMs)
    {
        _direction = direction;
        _directionMs = nowMs;
        string text = direction == PunchDirection.In ? _screen.Texts.DirectionIn : _screen.Texts.DirectionOut;
        _screen.Show(ScreenKind.Hint, text, "", "", nowMs, DirectionMs);
        _chimes.Play(Chime.Key, nowMs);
    }

    public void OnDamaged(long nowMs)
    {
        _screen.Show(ScreenKind.Hint, _screen.Texts.CardTwice, "", "", nowMs, 2500);
        _chimes.Play(Chime.Bad, nowMs);
    }

    public void OnCard(string uid, string boot, long wallMs, bool up, long nowMs)
    {
        if (!_debounce.IsNew(uid, nowMs))
        {
            return;
        }

        if (_queue.Punches >= _queue.Capacity)
        {
            Refuse(ScreenKind.Full, "", nowMs, "A card was refused: " + _queue.Punches + " punches wait for the board and there is no room for more.");
            return;
        }

        if (!_queue.TryNewId(out long counter, out string? id))
        {
            Refuse(ScreenKind.Fault, _screen.Texts.StorageFault, nowMs, "A card was refused: the flash does not take data.");
            return;
        }

        CardMessage message = new CardMessage();
        message.Id = id;
        message.Uid = uid;
        message.UptimeMs = nowMs;
        message.Boot = boot;
        message.Now = wallMs;
        message.Direction = nowMs - _directionMs < DirectionMs ? _direction : PunchDirection.None;
        if (!message.TryWrite(_writer, out byte[]? payload, out LinkFault? fault))
        {
            _system.Log("A card was not taken: " + fault.Sentence);
            OnDamaged(nowMs);
            return;
        }

        PutResult put = _queue.Put(counter, id, message.Leaf, payload);
        if (put != PutResult.Saved)
        {
            Refuse(
                put == PutResult.Full ? ScreenKind.Full : ScreenKind.Fault,
                put == PutResult.Full ? "" : _screen.Texts.StorageFault,
                nowMs,
                "A card was refused: the flash does not take data.");
            return;
        }

        _direction = PunchDirection.None;
        _liveId = id;
        _liveMs = nowMs;
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
                _screen.ShowHeld(ScreenKind.Unknown, "", "", confirm.Reason, nowMs, 3000);
                _chimes.Play(Chime.Bad, nowMs);
                break;
            case ConfirmResult.Full:
                _screen.ShowHeld(ScreenKind.Full, "", "", _screen.Texts.SavedButFull, nowMs, 5000);
                _chimes.Play(Chime.Alarm, nowMs);
                break;
            default:
                _screen.ShowHeld(ScreenKind.Unknown, _screen.Texts.RefusedTitle, confirm.Name, confirm.Reason, nowMs, 4000);
                _chimes.Play(Chime.Bad, nowMs);
                break;
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
