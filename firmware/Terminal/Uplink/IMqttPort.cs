namespace Devices.Terminal.Uplink;

/// <summary>
/// One MQTT connection: the few calls of nanoFramework's IMqttClient that the terminal needs. On the chip it wraps M2Mqtt, on the
/// host MQTTnet. A port is used for one connection and then thrown away (a reused M2Mqtt client may hang, nanoframework/Home#1692).
/// Its calls may block; only <see cref="MqttLink"/>'s own threads make them.
/// </summary>
public interface IMqttPort
{
    bool IsConnected { get; }

    /// <summary>Connects with a retained QoS 1 will; "" when connected, else why not, in words.</summary>
    string Connect(MqttPortSettings settings, string willTopic, string willMessage, IMqttPortSink sink);

    /// <summary>Subscribes at QoS 1; "" or why not.</summary>
    string Subscribe(string[] topics);

    /// <summary>Sends one message.</summary>
    void Publish(string topic, byte[] payload, bool atLeastOnce, bool retain);

    /// <summary>Closes the socket, whatever state it is in.</summary>
    void Close();
}
