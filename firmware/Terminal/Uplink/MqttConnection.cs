using System;
using System.Threading;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Uplink;

/// <summary>One connection and its thread: bounded rings both ways, so that neither side ever waits for the other.</summary>
internal sealed class MqttConnection : IMqttPortSink
{
    private const int RingSize = 32;

    private readonly object _gate = new object();
    private readonly AutoResetEvent _wake = new AutoResetEvent(false);
    private readonly MqttThreads _threads;
    private readonly IMqttPort _port;
    private readonly MqttPortSettings _settings;
    private readonly string _willTopic;
    private readonly string _willMessage;
    private readonly ISystem _system;
    private readonly LinkPacket?[] _in = new LinkPacket?[RingSize];
    private readonly LinkPacket?[] _out = new LinkPacket?[RingSize];
    private readonly bool[] _outAtLeastOnce = new bool[RingSize];
    private readonly bool[] _outRetain = new bool[RingSize];
    private int _inHead;
    private int _inCount;
    private int _outHead;
    private int _outCount;
    private LinkPhase _phase = LinkPhase.Connecting;
    private bool _givenUp;

    public MqttConnection(MqttThreads threads, IMqttPort port, MqttPortSettings settings, string willTopic, string willMessage, ISystem system)
    {
        _threads = threads;
        _port = port;
        _settings = settings;
        _willTopic = willTopic;
        _willMessage = willMessage;
        _system = system;
    }

    public LinkPhase Phase
    {
        get
        {
            lock (_gate)
            {
                return _givenUp ? LinkPhase.Closed : _phase;
            }
        }
    }

    public void Start()
    {
        _threads.Add(1);
        new Thread(Run).Start();
    }

    /// <summary>Ends the connection soon; returns at once.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            _givenUp = true;
        }

        _wake.Set();
    }

    public bool Hand(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        lock (_gate)
        {
            if (_givenUp || _phase != LinkPhase.Open || _outCount == RingSize)
            {
                return false;
            }

            int at = (_outHead + _outCount) % RingSize;
            _out[at] = new LinkPacket(topic, payload);
            _outAtLeastOnce[at] = atLeastOnce;
            _outRetain[at] = retain;
            _outCount++;
        }

        _wake.Set();
        return true;
    }

    public LinkPacket? Take()
    {
        lock (_gate)
        {
            if (_inCount == 0)
            {
                return null;
            }

            LinkPacket? packet = _in[_inHead];
            _in[_inHead] = null;
            _inHead = (_inHead + 1) % RingSize;
            _inCount--;
            return packet;
        }
    }

    public void Received(string topic, byte[] payload)
    {
        lock (_gate)
        {
            // A full ring means that the loop is late: the message is left out. Nothing rests on one message: a confirm
            // that is missed is asked for again by sending its entry again.
            if (!_givenUp && _inCount < RingSize && payload.Length <= LinkLimits.MaxPayload)
            {
                _in[(_inHead + _inCount) % RingSize] = new LinkPacket(topic, payload);
                _inCount++;
            }
        }
    }

    private void Run()
    {
        try
        {
            string why = _port.Connect(_settings, _willTopic, _willMessage, this);
            if (why.Length == 0)
            {
                why = _port.Subscribe(LinkTopics.DownTopics(_settings.Terminal));
            }

            if (why.Length > 0)
            {
                _system.Log("The board was not reached: " + why);
            }
            else
            {
                Pump();
            }
        }
        catch (Exception e)
        {
            _system.Log("The connection to the board ended: " + e.Message);
        }

        lock (_gate)
        {
            _phase = LinkPhase.Failed;
        }

        try
        {
            _port.Close();
        }
        catch (Exception e)
        {
            _system.Log("Closing the connection failed: " + e.Message);
        }

        _threads.Add(-1);
    }

    private void Pump()
    {
        lock (_gate)
        {
            _phase = LinkPhase.Open;
        }

        while (true)
        {
            LinkPacket? packet = null;
            bool atLeastOnce = false;
            bool retain = false;
            lock (_gate)
            {
                // The order matters at an orderly end: what was handed over before the end (the last status) still goes out.
                if (_outCount > 0)
                {
                    packet = _out[_outHead];
                    atLeastOnce = _outAtLeastOnce[_outHead];
                    retain = _outRetain[_outHead];
                    _out[_outHead] = null;
                    _outHead = (_outHead + 1) % RingSize;
                    _outCount--;
                }
                else if (_givenUp)
                {
                    return;
                }
            }

            if (packet != null)
            {
                _port.Publish(packet.Topic, packet.Payload, atLeastOnce, retain);
            }
            else if (!_port.IsConnected)
            {
                _system.Log("The board closed the connection.");
                return;
            }
            else
            {
                _wake.WaitOne(200, false);
            }
        }
    }
}
