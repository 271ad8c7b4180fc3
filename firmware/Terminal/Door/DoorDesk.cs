using System;
using Devices.Link;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;

namespace Devices.Terminal.Door;

/// <summary>The way out and the door's contact: releases on the exit button, tells force and a door held open, sounds until it is shut.</summary>
public sealed class DoorDesk
{
    private const int ChimeEveryMs = 5000;
    private const int ChimeMostMs = 300000;

    private readonly DoorControl _door;
    private readonly DoorWatch _watch;
    private readonly IExitButton? _button;
    private readonly EventBox _events;
    private readonly ScreenDirector _screen;
    private readonly Chimes _chimes;
    private readonly int _openMs;
    private DoorFinding _alarm;
    private long _alarmMs;
    private long _chimeMs;

    public DoorDesk(DoorControl door, TerminalParts parts, TerminalOptions options, EventBox events, ScreenDirector screen, Chimes chimes)
    {
        _door = door ?? throw new ArgumentNullException(nameof(door));
        _watch = new DoorWatch(parts.DoorContact, options.DoorHeldMs);
        _button = parts.ExitButton;
        _events = events;
        _screen = screen;
        _chimes = chimes;
        _openMs = options.DoorOpenMs;
    }

    /// <summary>Whether the door was forced or stands open too long, now.</summary>
    public bool IsAlarm
    {
        get { return _alarm != DoorFinding.None; }
    }

    /// <summary>Somebody inside wants out.</summary>
    public void Exit(string boot, long wallMs, long nowMs)
    {
        // The door first: nothing that has to do with memory or flash may stand between a person and the way out.
        _door.Pulse(_openMs, nowMs);
        _events.Add(EventKind.ExitButton, "The exit button was pressed.", boot, wallMs, nowMs);
    }

    public void Step(string boot, long wallMs, long nowMs)
    {
        if (_button != null && _button.TakePressed(nowMs))
        {
            Exit(boot, wallMs, nowMs);
        }

        DoorFinding finding = _watch.Step(_door.IsReleased, nowMs);
        if (finding == DoorFinding.Forced)
        {
            _events.Add(EventKind.DoorForced, "The door was opened without a release.", boot, wallMs, nowMs);
            Begin(finding, nowMs);
        }
        else if (finding == DoorFinding.Held)
        {
            _events.Add(EventKind.DoorHeld, "The door has stood open too long.", boot, wallMs, nowMs);
            Begin(finding, nowMs);
        }
        else if (finding == DoorFinding.Shut)
        {
            _alarm = DoorFinding.None;
            _screen.Idle();
        }

        if (_alarm != DoorFinding.None && nowMs - _alarmMs < ChimeMostMs && nowMs - _chimeMs >= ChimeEveryMs)
        {
            Tell(nowMs);
        }
    }

    private void Begin(DoorFinding finding, long nowMs)
    {
        _alarm = finding;
        _alarmMs = nowMs;
        Tell(nowMs);
    }

    private void Tell(long nowMs)
    {
        _chimeMs = nowMs;
        _chimes.Play(Chime.Alarm, nowMs);
        if (!_screen.IsHeld(nowMs))
        {
            string text = _alarm == DoorFinding.Forced ? _screen.Texts.DoorForced : _screen.Texts.DoorHeld;
            _screen.Show(ScreenKind.Fault, text, "", "", nowMs, ChimeEveryMs);
        }
    }
}
