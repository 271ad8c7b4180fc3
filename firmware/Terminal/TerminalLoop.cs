using System;
using Devices.Link;
using Devices.Terminal.Clock;
using Devices.Terminal.Door;
using Devices.Terminal.Entries;
using Devices.Terminal.Health;
using Devices.Terminal.Keys;
using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;
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
    private const int ResetShownMs = 3000;

    private const int InputKeys = 0;
    private const int InputKeypad = 1;
    private const int InputReader = 2;
    private const int InputTamper = 3;
    private const int InputPresence = 4;
    private const int InputDoor = 5;
    private const int InputClock = 6;
    private const int InputCount = 7;

    private static readonly string[] InputNames = ["keys", "keypad", "card reader", "case switch", "presence", "door", "clock"];

    private readonly TerminalParts _parts;
    private readonly TerminalOptions _options;
    private readonly EntryQueue _queue;
    private readonly UplinkSession _session;
    private readonly EntrySender _sender;
    private readonly ScreenDirector _screen;
    private readonly Chimes _chimes;
    private readonly LedDirector _led;
    private readonly DoorControl _door;
    private readonly DoorDesk _doorDesk;
    private readonly CardDesk _desk;
    private readonly PinPad _pad;
    private readonly ResetCombination _reset = new ResetCombination();
    private readonly EventBox _events;
    private readonly PartWatch _watch;
    private readonly SignalWatch _signal;
    private readonly TimeKeeper _time = new TimeKeeper();
    private readonly RtcKeeper _rtc;
    private readonly Downlink _downlink;
    private readonly IStepped? _stepped;
    private readonly ICardRefusal? _refusal;
    private readonly PresenceMessage _presence = new PresenceMessage();
    private readonly StatusMessage _status = new StatusMessage();
    private bool _booted;
    private string _boot = "";
    private bool _present;
    private long _presenceMs;
    private bool _tamper;
    private long _statusMs;
    private int _statusQueue = -1;
    private long _resetMs = -1;

    public TerminalLoop(TerminalParts parts, TerminalOptions options)
    {
        _parts = parts ?? throw new ArgumentNullException(nameof(parts));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        if (options.SafeMode)
        {
            // What punches and the way out need: reader, keys, exit, relay, case, buzzer. A part that crashes the chip is most likely among the rest.
            parts.Presence = null;
            parts.Distance = null;
            parts.Keypad = null;
            parts.Led = null;
            parts.Rtc = null;
            parts.Thermometer = null;
            parts.Voltmeter = null;
            parts.Signal = null;
            parts.Health = [];
        }

        _queue = new EntryQueue(parts.Storage, parts.System, options.QueueCapacity);
        _session = new UplinkSession(parts.Link, parts.System, options.Terminal);
        _sender = new EntrySender(_queue, _session);
        _screen = new ScreenDirector(parts.Screen, options.Chinese);
        _chimes = new Chimes(parts.Buzzer);
        _led = new LedDirector(parts.Led);
        _door = new DoorControl(parts.Relay);
        _desk = new CardDesk(_queue, _screen, _chimes, _door, options, parts.System);
        _pad = new PinPad(_screen, _chimes);
        _events = new EventBox(_queue, parts.System);
        _doorDesk = new DoorDesk(_door, parts, options, _events, _screen, _chimes);
        _watch = new PartWatch(parts, _events, InputCount);
        _signal = new SignalWatch(parts.Signal);
        _rtc = new RtcKeeper(parts.Rtc, parts.Storage, _time, parts.System);
        _downlink = new Downlink(parts, _session, _desk, _screen, _chimes, _door, _time);
        _stepped = parts.Screen as IStepped;
        _refusal = parts.Reader as ICardRefusal;
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

    /// <summary>Punches stored since boot.</summary>
    public int Taken
    {
        get { return _desk.Taken; }
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

    /// <summary>Why the loop wants to be rebooted, or "": its owner does that, in order.</summary>
    public string RebootReason { get; private set; } = "";

    /// <summary>The light's colour now, 0x00RRGGBB.</summary>
    public int Light
    {
        get { return _led.Shown; }
    }

    /// <summary>One step; <paramref name="nowMs"/> is monotonic since boot.</summary>
    public void Step(long nowMs)
    {
        if (!_booted)
        {
            _booted = true;
            Start(nowMs);
        }

        for (int i = 0; i < InputCount; i++)
        {
            if (_watch.MayRun(i, nowMs))
            {
                try
                {
                    Input(i, nowMs);
                }
                catch (Exception e)
                {
                    // One part that throws must not stop the others, least of all the punches.
                    _watch.Threw(i, InputNames[i], e, _boot, _time.Wall(nowMs), nowMs);
                }
            }
        }

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

        if (_desk.TakePinAnswer(out bool right))
        {
            _pad.Answered(right, nowMs);
        }

        _sender.Step(_desk.LiveId, nowMs);
        _watch.Step(_boot, _time.Wall(nowMs), nowMs);
        _events.Step(_boot, _time.Wall(nowMs), nowMs);
        _signal.Step(_present || _queue.Punches > 0 || _screen.Kind != ScreenKind.Idle || !_session.IsUp, nowMs);
        Status(nowMs);
        _desk.Step(_session.IsUp, nowMs);
        _door.Step(nowMs);
        _chimes.Step(nowMs);
        _screen.Step(nowMs, _time.Wall(nowMs), _time.OffsetMinutes, _session.IsUp, _queue.Punches, _downlink.BoardQueue);
        _led.Step(_screen.Kind, _session.IsUp, _doorDesk.IsAlarm, nowMs);
        _stepped?.Step(nowMs);
        Reset(nowMs);
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
        _session.Boot = _boot;
        _rtc.Start(nowMs);
        _screen.Note = _options.SafeMode ? _screen.Texts.SafeMode : "";
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

        if (_options.SafeMode)
        {
            _events.Add(EventKind.Fault, "Safe mode after " + _options.Crashes + " starts that did not last (" + _options.Reason + "): cards and door only.", _boot, _time.Wall(nowMs), nowMs);
        }
    }

    private void Input(int which, long nowMs)
    {
        switch (which)
        {
            case InputKeys:
                Keys(nowMs);
                break;
            case InputKeypad:
                Keypad(nowMs);
                break;
            case InputReader:
                Reader(nowMs);
                break;
            case InputTamper:
                Tamper(nowMs);
                break;
            case InputPresence:
                Presence(nowMs);
                break;
            case InputDoor:
                _doorDesk.Step(_boot, _time.Wall(nowMs), nowMs);
                break;
            default:
                _rtc.Step(nowMs);
                break;
        }
    }

    private void Keys(long nowMs)
    {
        KeyPress key = _parts.Keys == null ? KeyPress.None : _parts.Keys.Poll(nowMs);
        if (key == KeyPress.None)
        {
            return;
        }

        if (_reset.Key(key, _tamper, nowMs))
        {
            BeginReset(nowMs);
        }
        else if (key == KeyPress.Exit)
        {
            _doorDesk.Exit(_boot, _time.Wall(nowMs), nowMs);
        }
        else
        {
            _desk.OnDirection(key == KeyPress.In ? PunchDirection.In : PunchDirection.Out, nowMs);
        }
    }

    private void Keypad(long nowMs)
    {
        if (_parts.Keypad != null && _pad.Key(_parts.Keypad.Poll(nowMs), nowMs))
        {
            _desk.OnPin(_pad.Person, _pad.Pin, _boot, _time.Wall(nowMs), _session.IsUp, nowMs);
            _pad.Forget();
        }
    }

    private void Reader(long nowMs)
    {
        if (_parts.Reader == null)
        {
            return;
        }

        string? uid = _parts.Reader.Poll(nowMs);
        if (uid != null)
        {
            _desk.OnCard(uid, _boot, _time.Wall(nowMs), _session.IsUp, nowMs);
        }

        if (_parts.Reader.TakeDamaged())
        {
            _desk.OnDamaged(_refusal == null ? CardRefusal.Damaged : _refusal.LastRefusal, nowMs);
        }
    }

    private void Tamper(long nowMs)
    {
        ITamperMemory? memory = _parts.TamperMemory;
        if (memory != null)
        {
            memory.Step(nowMs);
            int openings = memory.Pending;
            if (openings > 0)
            {
                string text = openings == 1 ? "The case was opened." : "The case was opened " + openings + " times.";

                // From here our journal answers for it: it keeps the event until the board has confirmed it.
                if (_events.Add(EventKind.Tamper, text, _boot, _time.Wall(nowMs), nowMs) == PutResult.Saved)
                {
                    memory.Acknowledge();
                }

                _chimes.Play(Chime.Alarm, nowMs);
            }
        }

        bool open = _parts.Tamper != null && _parts.Tamper.IsOpen(nowMs);
        if (open != _tamper)
        {
            _tamper = open;
            if (open && memory == null)
            {
                _events.Add(EventKind.Tamper, "The case was opened.", _boot, _time.Wall(nowMs), nowMs);
                _chimes.Play(Chime.Alarm, nowMs);
            }
        }
    }

    private void BeginReset(long nowMs)
    {
        if (_resetMs >= 0)
        {
            return;
        }

        // Waiting punches stay: they are owed to people whatever becomes of the terminal's settings.
        _events.Add(EventKind.Fault, "Factory reset by the keys: the settings were erased, waiting punches were kept.", _boot, _time.Wall(nowMs), nowMs);
        // The half replaced ones first, or the next start would take them up.
        _parts.Storage.Delete(TerminalFile.TempName);
        _parts.Storage.Delete(TerminalConfig.FileName);
        _parts.Storage.Delete(WifiFile.FileName);
        _parts.Storage.Delete(WifiFile.TempName);
        _screen.Show(ScreenKind.Updating, _screen.Texts.Resetting, "", "", nowMs, 10000);
        _chimes.Play(Chime.Alarm, nowMs);
        _resetMs = nowMs;
    }

    private void Reset(long nowMs)
    {
        if (_resetMs >= 0 && nowMs - _resetMs >= ResetShownMs)
        {
            RebootReason = "reset";
        }
    }

    private void Presence(long nowMs)
    {
        bool present = _parts.Presence != null && _parts.Presence.IsPresent(nowMs);
        if (_parts.Distance != null)
        {
            int distance = _parts.Distance.Millimetres(nowMs);
            present |= distance >= 0 && distance <= _options.PresentMostMm;
        }

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
        hello.UncertaintyMs = hello.Now > 0 ? _time.UncertaintyMs(nowMs) : -1;
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
        _status.SafeMode = _options.SafeMode;
        _status.Rssi = _signal.Dbm;
        _watch.Measure(_status);
    }
}
