using System;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Uplink;

/// <summary>
/// The link over MQTT. Each connection has one thread of its own that connects, subscribes and then sends what the loop
/// handed over; a connection given up is told so and ends by itself, while the loop goes on with the next. At most
/// <see cref="MostThreads"/> such threads exist; when all of them hang in the network stack the phase stays Failed and the loop's
/// owner reboots after a while.
/// </summary>
public sealed class MqttLink : ILink
{
    /// <summary>The present connection and one or two that are still ending.</summary>
    public const int MostThreads = 3;

    private readonly MqttThreads _threads = new MqttThreads();
    private readonly IMqttPortFactory _factory;
    private readonly MqttPortSettings _settings;
    private readonly string _willTopic;
    private readonly string _willMessage;
    private readonly ISystem _system;
    private MqttConnection? _current;

    public MqttLink(IMqttPortFactory factory, MqttPortSettings settings, StatusMessage will, ISystem system)
    {
        _factory = factory ?? throw new ArgumentNullException(nameof(factory));
        _settings = settings ?? throw new ArgumentNullException(nameof(settings));
        _system = system ?? throw new ArgumentNullException(nameof(system));
        _willTopic = LinkTopics.For(settings.Terminal, will.Leaf);
        byte[] payload = will.Write();
        char[] chars = new char[payload.Length];
        for (int i = 0; i < payload.Length; i++)
        {
            // M2Mqtt takes the will as a string; every character of a status message is ASCII.
            chars[i] = (char)payload[i];
        }

        _willMessage = new string(chars);
    }

    /// <summary>Connection threads that have not yet ended.</summary>
    public int Running
    {
        get { return _threads.Running; }
    }

    public LinkPhase Phase
    {
        get { return _current == null ? LinkPhase.Closed : _current.Phase; }
    }

    public void Begin()
    {
        Close();
        if (_threads.Running >= MostThreads)
        {
            _system.Log("Earlier connections still hang in the network stack; waiting for them to end.");
            return;
        }

        _current = new MqttConnection(_threads, _factory.Create(), _settings, _willTopic, _willMessage, _system);
        _current.Start();
    }

    public void Close()
    {
        if (_current != null)
        {
            _current.GiveUp();
            _current = null;
        }
    }

    public bool Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        return _current != null && _current.Hand(topic, payload, atLeastOnce, retain);
    }

    public LinkPacket? Receive()
    {
        return _current?.Take();
    }
}
