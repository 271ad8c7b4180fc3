using System;
using Devices.Link;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;
using Devices.Terminal.Uplink;

namespace Devices.Terminal;

/// <summary>What the board says, carried out. A message that breaks the link's rules is counted, logged once in a while, and ignored.</summary>
public sealed class Downlink
{
    private const int LogEveryMs = 10000;

    private readonly TerminalParts _parts;
    private readonly UplinkSession _session;
    private readonly CardDesk _desk;
    private readonly ScreenDirector _screen;
    private readonly Chimes _chimes;
    private readonly DoorControl _door;
    private readonly TimeKeeper _time;
    private readonly LinkReader _reader = new LinkReader();
    private ScreenKind _lastKind = ScreenKind.Idle;
    private string _lastName = "";
    private long _lastSeq;
    private long _logMs = -LogEveryMs;

    public Downlink(TerminalParts parts, UplinkSession session, CardDesk desk, ScreenDirector screen, Chimes chimes, DoorControl door, TimeKeeper time)
    {
        _parts = parts ?? throw new ArgumentNullException(nameof(parts));
        _session = session ?? throw new ArgumentNullException(nameof(session));
        _desk = desk ?? throw new ArgumentNullException(nameof(desk));
        _screen = screen ?? throw new ArgumentNullException(nameof(screen));
        _chimes = chimes ?? throw new ArgumentNullException(nameof(chimes));
        _door = door ?? throw new ArgumentNullException(nameof(door));
        _time = time ?? throw new ArgumentNullException(nameof(time));
    }

    public int BadMessages { get; private set; }

    /// <summary>Punches that the board has and the bridge has not, as last told.</summary>
    public long BoardQueue { get; private set; }

    public void Handle(LinkPacket packet, long nowMs)
    {
        LinkFault? fault = null;
        if (!LinkTopics.TrySplit(packet.Topic, out string terminal, out string leaf))
        {
            fault = new LinkFault(LinkError.UnknownValue, "", "The topic is not one of the link.");
        }
        else if (leaf == LinkTopics.Confirm)
        {
            if (ConfirmMessage.TryParse(_reader, packet.Payload, out ConfirmMessage? confirm, out fault))
            {
                _desk.OnConfirm(confirm, confirm.At > 0 ? ClockText.Of(confirm.At, _time.OffsetMinutes) : "", nowMs);
            }
        }
        else if (leaf == LinkTopics.Show)
        {
            if (ShowMessage.TryParse(_reader, packet.Payload, out ShowMessage? show, out fault))
            {
                Show(show, nowMs);
            }
        }
        else if (leaf == LinkTopics.Time)
        {
            if (TimeMessage.TryParse(_reader, packet.Payload, out TimeMessage? time, out fault) && _time.Take(time, nowMs, _session.AgeMostMs(nowMs)))
            {
                _parts.Clock?.Set(time.Now);
            }
        }
        else if (leaf == LinkTopics.Door)
        {
            if (DoorMessage.TryParse(_reader, packet.Payload, out DoorMessage? door, out fault))
            {
                _door.Command(door.Id, door.OpenMs, nowMs);
            }
        }
        else if (leaf == LinkTopics.Pong)
        {
            if (PongMessage.TryParse(_reader, packet.Payload, out PongMessage? pong, out fault))
            {
                // First: it says how old the time in it can be.
                _session.Answered(pong.N, nowMs);
                if (pong.Now > 0)
                {
                    _time.TakeWord(pong.Now, pong.UncertaintyMs, nowMs, _session.AgeMostMs(nowMs));
                }
            }
        }

        if (fault != null)
        {
            BadMessages++;
            if (nowMs - _logMs >= LogEveryMs)
            {
                _logMs = nowMs;
                _parts.System.Log("A message of the board on '" + leaf + "' was ignored: " + fault.Sentence);
            }
        }
    }

    private void Show(ShowMessage show, long nowMs)
    {
        BoardQueue = show.Queue;
        if (show.Screen == ScreenKind.Idle)
        {
            _lastKind = ScreenKind.Idle;
            _screen.BoardNote = show.Text;
            if (!_screen.IsHeld(nowMs))
            {
                _screen.Idle();
            }

            return;
        }

        bool passing = show.Screen == ScreenKind.Look || show.Screen == ScreenKind.Hint;
        if (passing && _screen.IsHeld(nowMs))
        {
            return;
        }

        string detail = show.Text;
        if (detail.Length == 0 && show.At > 0)
        {
            detail = ClockText.Of(show.At, _time.OffsetMinutes);
        }

        bool again = show.Screen == _lastKind && show.Name == _lastName && show.Seq == _lastSeq && _screen.Kind == show.Screen;
        _lastKind = show.Screen;
        _lastName = show.Name;
        _lastSeq = show.Seq;
        _screen.Show(show.Screen, "", show.Name, detail, nowMs, Dwell(show.Screen));
        if (!again && !passing)
        {
            _chimes.Play(Sound(show.Screen), nowMs);
        }
    }

    private static int Dwell(ScreenKind kind)
    {
        return kind switch
        {
            ScreenKind.Look => 2000,
            ScreenKind.Hint => 2500,
            ScreenKind.CardPlease => 5000,
            ScreenKind.Ambiguous => 5000,
            ScreenKind.Full => 10000,
            ScreenKind.Fault => 10000,
            _ => 3000,
        };
    }

    private static Chime Sound(ScreenKind kind)
    {
        return kind switch
        {
            ScreenKind.Thanks => Chime.Good,
            ScreenKind.Repeat => Chime.Good,
            ScreenKind.Held => Chime.Good,
            ScreenKind.Offline => Chime.Saved,
            ScreenKind.CardPlease => Chime.Key,
            ScreenKind.Full => Chime.Alarm,
            ScreenKind.Fault => Chime.Alarm,
            _ => Chime.Bad,
        };
    }
}
