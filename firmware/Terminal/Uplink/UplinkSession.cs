using System;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Uplink;

/// <summary>
/// Keeps one connection to the board alive: connects with a time limit, sends a ping every <see cref="LinkLimits.PingEveryMs"/>,
/// and gives the connection up when nothing was heard for <see cref="LinkLimits.DeadAfterMs"/> — a socket that looks open proves nothing.
/// A state machine in virtual time; it never blocks.
/// </summary>
public sealed class UplinkSession
{
    /// <summary>Longest a connection attempt may take, ms; M2Mqtt's own limit is 30 s.</summary>
    public const int ConnectLimitMs = 10000;

    private readonly ILink _link;
    private readonly ISystem _system;
    private readonly string _terminal;
    private readonly Backoff _backoff = new Backoff();
    private readonly LinkWriter _writer = new LinkWriter();
    private readonly PingMessage _ping = new PingMessage();
    private bool _trying;
    private bool _open;
    private bool _opened;
    private long _attemptMs;
    private long _nextAttemptMs;
    private long _heardMs;
    private long _pingMs;
    private long _pongMs;
    private long _provenMs;

    public UplinkSession(ILink link, ISystem system, string terminal)
    {
        _link = link ?? throw new ArgumentNullException(nameof(link));
        _system = system ?? throw new ArgumentNullException(nameof(system));
        _terminal = terminal;
    }

    /// <summary>The id of this run of the firmware, which pings carry.</summary>
    public string Boot { get; set; } = "";

    /// <summary>Connected, and the board was heard of lately.</summary>
    public bool IsUp
    {
        get { return _open; }
    }

    /// <summary>Connections made since boot.</summary>
    public int Connections { get; private set; }

    /// <summary>How long nothing had been heard when a connection was last lost, ms.</summary>
    public long LastSilenceMs { get; private set; }

    /// <summary>
    /// How old, ms, what came last from the board can be at most: it was sent after the ping whose pong came before it, and after this connection began.
    /// </summary>
    public long AgeMostMs(long nowMs)
    {
        return nowMs - _provenMs;
    }

    /// <summary>True once after each new connection: hello and status are due.</summary>
    public bool TakeOpened()
    {
        bool opened = _opened;
        _opened = false;
        return opened;
    }

    public void Step(long nowMs)
    {
        LinkPhase phase = _link.Phase;
        if (_open)
        {
            if (phase != LinkPhase.Open)
            {
                Lost(nowMs, "The connection to the board was closed.");
            }
            else if (nowMs - _heardMs >= LinkLimits.DeadAfterMs)
            {
                Lost(nowMs, "The board has not answered for 12 seconds; the connection is given up.");
            }
            else if (nowMs >= _pingMs)
            {
                _pingMs = nowMs + LinkLimits.PingEveryMs;
                _ping.N++;
                _ping.Boot = Boot;
                _ping.UptimeMs = nowMs;
                _ping.SinceMs = nowMs - _pongMs;
                Send(_ping, false);
            }
        }
        else if (_trying)
        {
            if (phase == LinkPhase.Open)
            {
                _trying = false;
                _open = true;
                _opened = true;
                _heardMs = nowMs;
                _pingMs = nowMs;
                _ping.PongN = -1;
                Connections++;
                _system.Log("Connected to the board.");
            }
            else if (phase != LinkPhase.Connecting || nowMs - _attemptMs >= ConnectLimitMs)
            {
                Lost(nowMs, "");
            }
        }
        else if (nowMs >= _nextAttemptMs)
        {
            _trying = true;
            _attemptMs = nowMs;
            _provenMs = nowMs;
            _link.Begin();
        }
    }

    /// <summary>The next message; whatever it is, the board was heard.</summary>
    public LinkPacket? Receive(long nowMs)
    {
        LinkPacket? packet = _open ? _link.Receive() : null;
        if (packet != null)
        {
            _heardMs = nowMs;
            _backoff.Reset();
        }

        return packet;
    }

    /// <summary>A ping was answered.</summary>
    public void Answered(long n, long nowMs)
    {
        _ping.PongN = n;
        _pongMs = nowMs;

        // An older ping's pong came late and proves less than is known already.
        if (n == _ping.N)
        {
            _provenMs = _ping.UptimeMs;
        }
    }

    /// <summary>Sends a message; false when it was not taken (not connected, or too much waiting).</summary>
    public bool Send(LinkMessage message, bool retain)
    {
        if (!_open)
        {
            // Before it is written: presence is offered every 10 s for as long as somebody stands there.
            return false;
        }

        if (!message.TryWrite(_writer, out byte[]? payload, out LinkFault? fault))
        {
            _system.Log("A message was not sent: " + fault.Sentence);
            return false;
        }

        return SendRaw(message.Leaf, payload, retain);
    }

    /// <summary>The same for a payload made earlier.</summary>
    public bool SendRaw(string leaf, byte[] payload, bool retain)
    {
        return _open && _link.Publish(LinkTopics.For(_terminal, leaf), payload, LinkTopics.IsAtLeastOnce(leaf), retain);
    }

    /// <summary>An orderly end.</summary>
    public void Stop()
    {
        _link.Close();
        _open = false;
        _trying = false;
        _nextAttemptMs = long.MaxValue;
    }

    private void Lost(long nowMs, string why)
    {
        LastSilenceMs = _open ? nowMs - _heardMs : LastSilenceMs;
        if (why.Length > 0)
        {
            _system.Log(why);
        }

        _link.Close();
        _open = false;
        _opened = false;
        _trying = false;
        _nextAttemptMs = nowMs + _backoff.Next(_system.Random());
    }
}
