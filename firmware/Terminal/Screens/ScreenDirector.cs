using System;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Screens;

/// <summary>
/// Decides what the screen says: the idle clock, or one message for its dwell time. Draws only when a line changed. A person's
/// card outcome is not overwritten by what the camera sees meanwhile.
/// </summary>
public sealed class ScreenDirector
{
    private readonly IScreen _screen;
    private readonly ScreenTexts _texts;
    private readonly string[] _drawn = ["", "", "", ""];
    private readonly string[] _lines = ["", "", "", ""];
    private ScreenKind _drawnKind = ScreenKind.Fault;
    private ScreenKind _kind = ScreenKind.Idle;
    private long _untilMs;
    private long _heldUntilMs;
    private bool _everDrawn;
    private long _footerMinute = -1;
    private int _footerQueued = -1;
    private bool _footerOnline;
    private long _footerBoard = -1;
    private string _footer = "";
    private string _clock = "--:--";

    public ScreenDirector(IScreen screen, bool chinese)
    {
        _screen = screen ?? throw new ArgumentNullException(nameof(screen));
        _texts = new ScreenTexts(chinese && screen.HasChinese);
    }

    public ScreenTexts Texts
    {
        get { return _texts; }
    }

    public ScreenKind Kind
    {
        get { return _kind; }
    }

    /// <summary>Shows one message; <paramref name="title"/> and <paramref name="detail"/> empty means the kind's own.</summary>
    public void Show(ScreenKind kind, string title, string main, string detail, long nowMs, int dwellMs)
    {
        _kind = kind;
        _lines[0] = title.Length > 0 ? title : _texts.Title(kind);
        _lines[1] = main;
        _lines[2] = detail.Length > 0 ? detail : _texts.Detail(kind);
        _untilMs = nowMs + dwellMs;
    }

    /// <summary>The same for a card's outcome: until it ends, what the board asks to show because of the camera has to wait.</summary>
    public void ShowHeld(ScreenKind kind, string title, string main, string detail, long nowMs, int dwellMs)
    {
        Show(kind, title, main, detail, nowMs, dwellMs);
        _heldUntilMs = _untilMs;
    }

    /// <summary>Whether a card's outcome stands on the screen.</summary>
    public bool IsHeld(long nowMs)
    {
        return nowMs < _heldUntilMs;
    }

    /// <summary>Back to the clock.</summary>
    public void Idle()
    {
        _kind = ScreenKind.Idle;
        _untilMs = 0;
    }

    /// <summary>What the board wants said under the clock while nothing else is shown and it is there, or "".</summary>
    public string BoardNote { get; set; } = "";

    /// <summary>A word that stands before every footer, or "".</summary>
    public string Note { get; set; } = "";

    /// <summary>Draws when something changed. <paramref name="wallMs"/> is 0 while the time is not trusted.</summary>
    public void Step(long nowMs, long wallMs, int offsetMinutes, bool online, int queued, long boardQueue)
    {
        Footer(online, queued, boardQueue);
        if (_kind != ScreenKind.Idle && nowMs >= _untilMs)
        {
            _kind = ScreenKind.Idle;
        }

        if (_kind == ScreenKind.Idle)
        {
            Clock(wallMs, offsetMinutes);
            _lines[0] = _clock;
            _lines[1] = "";
            _lines[2] = online ? BoardNote : "";
        }

        _lines[3] = _footer;
        if (_everDrawn && _kind == _drawnKind && Same())
        {
            return;
        }

        _everDrawn = true;
        _drawnKind = _kind;
        for (int i = 0; i < 4; i++)
        {
            _drawn[i] = _lines[i];
        }

        _screen.Draw(_kind, _drawn);
    }

    private bool Same()
    {
        return _drawn[0] == _lines[0] && _drawn[1] == _lines[1] && _drawn[2] == _lines[2] && _drawn[3] == _lines[3];
    }

    private void Clock(long wallMs, int offsetMinutes)
    {
        // Texts are built only when what they say changed: no garbage in the loop's quiet hours.
        long minute = wallMs <= 0 ? 0 : (wallMs / 60000) + offsetMinutes;
        if (minute != _footerMinute)
        {
            _footerMinute = minute;
            _clock = ClockText.Of(wallMs, offsetMinutes);
        }
    }

    private void Footer(bool online, int queued, long boardQueue)
    {
        if (queued == _footerQueued && online == _footerOnline && boardQueue == _footerBoard)
        {
            return;
        }

        _footerQueued = queued;
        _footerOnline = online;
        _footerBoard = boardQueue;
        string state = !online ? _texts.Offline(queued) : boardQueue > 0 ? _texts.Waiting(boardQueue) : "";
        _footer = Note.Length == 0 ? state : state.Length == 0 ? Note : Note + " " + state;
    }
}
