using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Devices.Link;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>An MCU played by the real MQTT client.</summary>
internal sealed class McuClient : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly string _terminal;

    private McuClient(string terminal)
    {
        _terminal = terminal;
        _client.ApplicationMessageReceivedAsync += message =>
        {
            Received.Enqueue((message.ApplicationMessage.Topic[(2 + _terminal.Length + 1)..], message.ApplicationMessage.Payload.ToArray()));
            return Task.CompletedTask;
        };
    }

    public ConcurrentQueue<(string Leaf, byte[] Payload)> Received { get; } = new();

    public bool IsConnected => _client.IsConnected;

    public static MqttClientOptions Options(int port, string user, string password, string clientId, MqttProtocolVersion version = MqttProtocolVersion.V500) => new MqttClientOptionsBuilder()
        .WithTcpServer("127.0.0.1", port).WithCredentials(user, password).WithClientId(clientId).WithProtocolVersion(version).WithTimeout(TimeSpan.FromSeconds(20)).Build();

    public static async Task<McuClient> ConnectAsync(int port, string terminal, string password, bool subscribe = true, string boot = "mcu-boot-1", string clientId = "mcu", long uptimeMs = 60_000)
    {
        McuClient mcu = new(terminal);
        MqttClientConnectResult connected = await mcu._client.ConnectAsync(Options(port, terminal, password, clientId));
        connected.ResultCode.ShouldBe(MqttClientConnectResultCode.Success);
        if (subscribe)
        {
            foreach (string topic in LinkTopics.DownTopics(terminal)) await mcu.SubscribeAsync(topic);
        }

        await mcu.SendAsync(new HelloMessage { Boot = boot, Firmware = "0.1.0", Reason = "power", UptimeMs = uptimeMs, Now = 0 });
        return mcu;
    }

    public async Task<MqttClientSubscribeResultCode> SubscribeAsync(string topic)
    {
        MqttClientSubscribeResult result = await _client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(topic, MqttQualityOfServiceLevel.AtLeastOnce).Build());
        return result.Items.First().ResultCode;
    }

    public Task<MqttClientPublishResult> SendAsync(LinkMessage message) => PublishAsync(LinkTopics.For(_terminal, message.Leaf), message.Write());

    public Task<MqttClientPublishResult> PublishAsync(string topic, byte[] payload) => _client.PublishAsync(
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());

    public Task<MqttClientPublishResult> CardAsync(string entry, string uid, long uptimeMs = 60_000, string boot = "mcu-boot-1", long now = 0) =>
        SendAsync(new CardMessage { Id = entry, Uid = uid, UptimeMs = uptimeMs, Boot = boot, Now = now });

    public async Task<ConfirmMessage> ConfirmOf(string entry) => await Until.Some(() => Task.FromResult(Find(entry)), $"the confirm of {entry}");

    public int Confirms(string entry) => Received.Count(r => r.Leaf == LinkTopics.Confirm && ConfirmMessage.TryParse(r.Payload, out ConfirmMessage? confirm, out _) && confirm.Id == entry);

    public List<ShowMessage> Shown => [.. Received.Where(r => r.Leaf == LinkTopics.Show).Select(r => ShowMessage.TryParse(r.Payload, out ShowMessage? show, out _) ? show : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{r.Payload.Length} bytes")))];

    public async ValueTask DisposeAsync()
    {
        if (_client.IsConnected) await _client.DisconnectAsync();
        _client.Dispose();
    }

    private ConfirmMessage? Find(string entry)
    {
        foreach ((string leaf, byte[] payload) in Received)
        {
            if (leaf == LinkTopics.Confirm && ConfirmMessage.TryParse(payload, out ConfirmMessage? confirm, out _) && confirm.Id == entry) return confirm;
        }

        return null;
    }
}
