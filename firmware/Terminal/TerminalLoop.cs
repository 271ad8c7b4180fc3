using System;
using Devices.Link;
using Devices.Terminal.Entries;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;
using Devices.Terminal.Uplink;

namespace Devices.Terminal;

/// <summary>
/// The terminal: one cooperative step after another, each short and never blocking, all times given by the caller, so that a day
/// can be tested in a second. The chip calls <see cref="Step"/> about every 10 ms.
/// </summary>
public sealed class TerminalLoop
{
    private const int StatusEveryMs = 60000;
    private const int StatusLeastMs = 5000;
    private const int PresenceEveryMs = 10000;
    private const int PacketsPerStep = 8;

    private readonly TerminalParts _parts;
    private readonly TerminalOptions _options;
    private readonly EntryQueue _queue;
    private readonly UplinkSession _session;
    private readonly EntrySender _sender;
    private readonly ScreenDirector _screen;
    private readonly Chimes _chimes;
    private readonly DoorControl _door;
    private readonly CardDesk _desk;
    private readonly EventBox _events;
    private readonly TimeKeeper _time = new TimeKeeper();
    private readonly Downlink _downlink;
    private readonly PresenceMessage _presence = new PresenceMessage();
    private readonly StatusMessage _status = new StatusMessage();
    private bool _booted;
    private string _boot = "";
    private bool _present;
    private long _presenceMs;
    private bool _tamper;
    private long _statusMs;
    private int _statusQueue = -1;

    public TerminalLoop(TerminalParts parts, TerminalOptions options)
    {
        _parts = parts ?? throw new ArgumentNullException(nameof(parts));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _queue = new EntryQueue(parts.Storage, parts.System, options.QueueCapacity);
        _session = new UplinkSession(parts.Link, parts.System, options.Terminal);
        _sender = new EntrySender(_queue, _session);
        _screen = new ScreenDirector(parts.Screen, options.Chinese);
        _chimes = new Chimes(parts.Buzzer);
        _door = new DoorControl(parts.Relay);
        _desk = new CardDesk(_queue, _screen, _chimes, _door, options, parts.System);
        _events = new EventBox(_queue, parts.System);
        _downlink = new Downlink(parts, _desk, _screen, _chimes, _door, _time);
    }

    /// <summary>This boot's id, "" before the first step.</summary>
    public string Boot
    {
        get { return _boot; }
    }

    /// <summary>Punches that wait for their confirm.</summary>
    public int QueueDepth
    {
        get { return _queue.Punches; }
    }

    /// <summary>Events that wait for theirs.</summary>
    public int EventDepth
    {
        get { return _queue.Events; }
    }

    public bool IsConnected
    {
        get { return _session.IsUp; }
    }

    /// <summary>Connections made since boot.</summary>
    public int Connections
    {
        get { return _session.Connections; }
    }

    /// <summary>How long the board had been silent when a connection was last lost, ms; 0: never.</summary>
    public long LastSilenceMs
    {
        get { return _session.LastSilenceMs; }
    }

    public int DoorPulses
    {
        get { return _door.Pulses; }
    }

    /// <summary>Messages from the board that were refused because they broke the link's rules.</summary>
    public int BadMessages
    {
        get { return _downlink.BadMessages; }
    }

    /// <summary>One step; <paramref name="nowMs"/> is monotonic since boot.</summary>
    public void Step(long nowMs)
    {
        if (!_booted)
        {
            _booted = true;
            Start(nowMs);
        }

        Inputs(nowMs);
        _session.Step(nowMs);
        if (_session.TakeOpened())
        {
            Opened(nowMs);
        }

        for (int i = 0; i < PacketsPerStep; i++)
        {
            LinkPacket? packet = _session.Receive(nowMs);
            if (packet == null)
            {
                break;
            }

            _downlink.Handle(packet, nowMs);
        }

        _sender.Step(_desk.LiveId, nowMs);
        _events.Step(_boot, _time.Wall(nowMs), nowMs);
        Status(nowMs);
        _desk.Step(_session.IsUp, nowMs);
        _door.Step(nowMs);
        _chimes.Step(nowMs);
        _screen.Step(nowMs, _time.Wall(nowMs), _time.OffsetMinutes, _session.IsUp, _queue.Punches, _downlink.BoardQueue);
    }

    /// <summary>An orderly end: the door is locked, and the board is told that this is not a fault.</summary>
    public void Stop()
    {
        _door.Lock();
        _parts.Buzzer?.Off();
        FillStatus(false);
        _session.Send(_status, true);
        _session.Stop();
    }

    private void Start(long nowMs)
    {
        bool loaded = _queue.Load();
        if (!_queue.TryNewId(out long counter, out string? id))
        {
            // No flash: the boot still needs a name of its own, and chance has to do.
            id = "x" + _parts.System.Random() + "-" + _parts.System.Random();
        }

        _boot = "b" + id;
        _parts.System.Log("Booted as " + _boot + "; " + _queue.Punches + " punches and " + _queue.Events + " events wait for the board.");
        if (!loaded)
        {
            _screen.Show(ScreenKind.Fault, "", "", _screen.Texts.StorageFault, nowMs, 10000);
            _events.Add(EventKind.Fault, "The flash does not take data; cards are refused.", _boot, _time.Wall(nowMs), nowMs);
        }
        else if (_queue.Damaged > 0)
        {
            _events.Add(EventKind.Fault, "The queue file had " + _queue.Damaged + " damaged places; sound entries were kept.", _boot, _time.Wall(nowMs), nowMs);
        }
    }

    private void Inputs(long nowMs)
    {
        KeyPress key = _parts.Keys == null ? KeyPress.None : _parts.Keys.Poll(nowMs);
        if (key == KeyPress.Exit)
        {
            _door.Pulse(_options.DoorOpenMs, nowMs);
            _events.Add(EventKind.ExitButton, "The exit button was pressed.", _boot, _time.Wall(nowMs), nowMs);
        }
        else if (key != KeyPress.None)
        {
            _desk.OnDirection(key == KeyPress.In ? PunchDirection.In : PunchDirection.Out, nowMs);
        }

        if (_parts.Reader != null)
        {
            string? uid = _parts.Reader.Poll(nowMs);
            if (uid != null)
            {
                _desk.OnCard(uid, _boot, _time.Wall(nowMs), _session.IsUp, nowMs);
            }

            if (_parts.Reader.TakeDamaged())
            {
                _desk.OnDamaged(nowMs);
            }
        }

        bool open = _parts.Tamper != null && _parts.Tamper.IsOpen(nowMs);
        if (open != _tamper)
        {
            _tamper = open;
            if (open)
            {
                _events.Add(EventKind.Tamper, "The case was opened.", _boot, _time.Wall(nowMs), nowMs);
                _chimes.Play(Chime.Alarm, nowMs);
            }
        }

        Presence(nowMs);
    }

    private void Presence(long nowMs)
    {
        bool present = _parts.Presence != null && _parts.Presence.IsPresent(nowMs);
        bool repeat = present && nowMs - _presenceMs >= PresenceEveryMs;
        if (present == _present && !repeat)
        {
            return;
        }

        // QoS 0: repeated while somebody stands there, so a lost one costs at most 10 s.
        _present = present;
        _presenceMs = nowMs;
        _presence.Present = present;
        _presence.UptimeMs = nowMs;
        _session.Send(_presence, false);
    }

    private void Opened(long nowMs)
    {
        HelloMessage hello = new HelloMessage();
        hello.Boot = _boot;
        hello.Firmware = _options.Firmware;
        hello.Reason = _options.Reason;
        hello.UptimeMs = nowMs;
        hello.Now = _time.Wall(nowMs);
        _session.Send(hello, false);
        _queue.MarkAllUnsent();
        _statusMs = nowMs - StatusEveryMs;
        _statusQueue = -1;
        if (_present)
        {
            _presenceMs = nowMs - PresenceEveryMs;
        }
    }

    private void Status(long nowMs)
    {
        long since = nowMs - _statusMs;
        bool due = since >= StatusEveryMs || (since >= StatusLeastMs && _queue.Punches != _statusQueue);
        if (!due || !_session.IsUp)
        {
            return;
        }

        FillStatus(true);
        if (_session.Send(_status, true))
        {
            _statusMs = nowMs;
            _statusQueue = _queue.Punches;
        }
    }

    private void FillStatus(bool online)
    {
        _status.Online = online;
        _status.Firmware = _options.Firmware;
        _status.Queue = _queue.Punches;
        _status.FreeBytes = _parts.System.FreeBytes;
    }
}
