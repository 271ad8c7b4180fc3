using System.Buffers;
using Devices.Link;
using Devices.Terminal.Uplink;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Devices.Standins.Terminal;

/// <summary>
/// One connection through MQTTnet, as MQTT 3.1.1 like M2Mqtt on the chip. The seam is synchronous because the chip has no tasks; only the
/// link's own thread calls it, and every wait has a limit.
/// </summary>
public sealed class MqttNetPort : IMqttPort
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    public bool IsConnected => _client.IsConnected;

    public string Connect(MqttPortSettings settings, string willTopic, string willMessage, IMqttPortSink sink)
    {
        _client.ApplicationMessageReceivedAsync += e =>
        {
            sink.Received(e.ApplicationMessage.Topic, e.ApplicationMessage.Payload.ToArray());
            return Task.CompletedTask;
        };
        MqttClientOptions options = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithTcpServer(settings.Host, settings.Port)
            .WithClientId(settings.Terminal)
            .WithCredentials(settings.Terminal, settings.Password)
            .WithCleanSession()
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(LinkLimits.KeepAliveSeconds))
            .WithTimeout(Limit)
            .WithWillTopic(willTopic)
            .WithWillPayload(willMessage)
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        using CancellationTokenSource limit = new(Limit);
        MqttClientConnectResult result = _client.ConnectAsync(options, limit.Token).GetAwaiter().GetResult();
        return result.ResultCode == MqttClientConnectResultCode.Success ? "" : $"the board refused the connection ({result.ResultCode}).";
    }

    public string Subscribe(string[] topics)
    {
        MqttClientSubscribeOptionsBuilder options = new();
        foreach (string topic in topics)
        {
            options.WithTopicFilter(topic, MqttQualityOfServiceLevel.AtLeastOnce);
        }

        using CancellationTokenSource limit = new(Limit);
        MqttClientSubscribeResult result = _client.SubscribeAsync(options.Build(), limit.Token).GetAwaiter().GetResult();
        foreach (MqttClientSubscribeResultItem item in result.Items)
        {
            if (item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2)
            {
                return $"the board refused the subscription to '{item.TopicFilter.Topic}' ({item.ResultCode}).";
            }
        }

        return "";
    }

    public void Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        MqttApplicationMessage message = new MqttApplicationMessageBuilder()
            .WithTopic(topic)
            .WithPayload(payload)
            .WithRetainFlag(retain)
            .WithQualityOfServiceLevel(atLeastOnce ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce)
            .Build();
        using CancellationTokenSource limit = new(Limit);
        _client.PublishAsync(message, limit.Token).GetAwaiter().GetResult();
    }

    public void Close()
    {
        using (_client)
        {
            if (_client.IsConnected)
            {
                using CancellationTokenSource limit = new(TimeSpan.FromSeconds(1));
                _client.DisconnectAsync(new MqttClientDisconnectOptions(), limit.Token).GetAwaiter().GetResult();
            }
        }
    }
}
