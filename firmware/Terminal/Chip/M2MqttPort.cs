using System;
using Devices.Terminal.Uplink;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;

namespace Devices.Terminal.Chip;

/// <summary>
/// One connection through nanoFramework.M2Mqtt (MQTT 3.1.1). Everything but construction goes through its IMqttClient, the seam that the
/// library itself offers. A new client for each connection, see <see cref="IMqttPort"/>.
/// </summary>
internal sealed class M2MqttPort : IMqttPort
{
    private const int MostInFlight = 32;

    private IMqttClient? _client;
    private IMqttPortSink? _sink;

    public bool IsConnected
    {
        get { return _client != null && _client.IsConnected; }
    }

    public string Connect(MqttPortSettings settings, string willTopic, string willMessage, IMqttPortSink sink)
    {
        _sink = sink;
        MqttClient made = new MqttClient(settings.Host, settings.Port, false, null, null, MqttSslProtocols.None);
        made.ProtocolVersion = MqttProtocolVersion.Version_3_1_1;
        made.Settings.InflightQueueSize = MostInFlight;
        IMqttClient client = made;
        client.MqttMsgPublishReceived += Received;
        _client = client;
        MqttReasonCode code = client.Connect(
            settings.Terminal,
            settings.Terminal,
            settings.Password,
            true,
            MqttQoSLevel.AtLeastOnce,
            true,
            willTopic,
            willMessage,
            true,
            Devices.Link.LinkLimits.KeepAliveSeconds);
        return code == MqttReasonCode.Success ? "" : "the board refused the connection with code " + (int)code + ".";
    }

    public string Subscribe(string[] topics)
    {
        MqttQoSLevel[] levels = new MqttQoSLevel[topics.Length];
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] = MqttQoSLevel.AtLeastOnce;
        }

        if (_client == null)
        {
            return "there is no connection.";
        }

        _client.Subscribe(topics, levels);
        return "";
    }

    public void Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        if (_client != null)
        {
            _client.Publish(topic, payload, "", null, atLeastOnce ? MqttQoSLevel.AtLeastOnce : MqttQoSLevel.AtMostOnce, retain);
        }
    }

    public void Close()
    {
        IMqttClient? client = _client;
        if (client == null)
        {
            return;
        }

        client.MqttMsgPublishReceived -= Received;
        try
        {
            if (client.IsConnected)
            {
                client.Disconnect();
            }
        }
        finally
        {
            client.Close();
        }
    }

    private void Received(object sender, MqttMsgPublishEventArgs e)
    {
        _sink?.Received(e.Topic, e.Message);
    }
}
