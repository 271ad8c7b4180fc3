using System.Collections.Concurrent;
using System.Security.Authentication;
using System.Text;
using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Devices.Bridge.Tests.Kit;

/// <summary>A terminal's MQTT side over real TLS.</summary>
public sealed class TestTerminal : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<StateMessage> _states = Channel.CreateUnbounded<StateMessage>();
    private readonly ConcurrentDictionary<string, Channel<byte[]>> _down = new(StringComparer.Ordinal);

    private TestTerminal(Enrolled identity, IMqttClient client)
    {
        Identity = identity;
        Client = client;
    }

    public Enrolled Identity { get; }
    public IMqttClient Client { get; }
    public TaskCompletionSource<MqttClientDisconnectedEventArgs> Disconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Connects; throws where the bridge refuses.</summary>
    public static async Task<TestTerminal> ConnectAsync(Enrolled identity, string mqtt, Action<MqttClientOptionsBuilder>? configure = null)
    {
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        TestTerminal terminal = new(identity, client);
        client.ApplicationMessageReceivedAsync += message =>
        {
            if (message.ApplicationMessage.Topic == Topics.For(identity.Terminal, Topics.State)
                && ContractCodec.TryRead(System.Buffers.BuffersExtensions.ToArray(message.ApplicationMessage.Payload), ContractJson.Default.StateMessage, out StateMessage? state, out _))
                terminal._states.Writer.TryWrite(state!);
            else if (Topics.TryParse(message.ApplicationMessage.Topic, out _, out string leaf)) terminal.DownOn(leaf).Writer.TryWrite(System.Buffers.BuffersExtensions.ToArray(message.ApplicationMessage.Payload));
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += gone => { terminal.Disconnected.TrySetResult(gone); return Task.CompletedTask; };
        MqttClientConnectResult result = await client.ConnectAsync(Options(identity, mqtt, configure));
        if (result.ResultCode != MqttClientConnectResultCode.Success)
            throw new InvalidOperationException($"{result.ResultCode}: {result.ReasonString}");
        return terminal;
    }

    public static MqttClientOptions Options(Enrolled identity, string mqtt, Action<MqttClientOptionsBuilder>? configure = null)
    {
        Uri at = new(mqtt);
        MqttClientOptionsBuilder builder = new MqttClientOptionsBuilder()
            .WithTcpServer(at.Host, at.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(identity.Terminal)
            .WithCleanStart()
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(Patience)
            .WithTlsOptions(tls => tls
                .WithSslProtocols(SslProtocols.Tls13)
                .WithClientCertificates([identity.Certificate])
                .WithCertificateValidationHandler(seen => seen.Certificate.Issuer == identity.Root.Subject));
        configure?.Invoke(builder);
        return builder.Build();
    }

    public Task<MqttClientPublishResult> PublishAsync(PunchBatch batch) =>
        PublishAsync(Topics.For(Identity.Terminal, Topics.Punches), ContractCodec.Write(batch, ContractJson.Default.PunchBatch));

    public Task<MqttClientPublishResult> PublishAsync(HelloMessage hello) =>
        PublishAsync(Topics.For(Identity.Terminal, Topics.Hello), ContractCodec.Write(hello, ContractJson.Default.HelloMessage));

    public Task<MqttClientPublishResult> PublishAsync(string topic, string json) => PublishAsync(topic, Encoding.UTF8.GetBytes(json));

    public Task<MqttClientPublishResult> PublishAsync(
        string topic, byte[] payload, string? version = Protocol.Version, MqttQualityOfServiceLevel qos = MqttQualityOfServiceLevel.AtLeastOnce) =>
        Client.PublishAsync(new MqttApplicationMessage
        {
            Topic = topic,
            PayloadSegment = payload,
            QualityOfServiceLevel = qos,
            UserProperties = version is null ? [] : [new MqttUserProperty(Protocol.VersionProperty, Encoding.UTF8.GetBytes(version))],
        });

    /// <summary>The next message on a leaf other than <c>state</c>.</summary>
    public async Task<byte[]> DownAsync(string leaf)
    {
        using CancellationTokenSource limit = new(Patience);
        return await DownOn(leaf).Reader.ReadAsync(limit.Token);
    }

    /// <summary>Whether something has come on a leaf that was not read yet.</summary>
    public bool AnyDown(string leaf) => DownOn(leaf).Reader.TryPeek(out _);

    /// <summary>The next state the bridge sent.</summary>
    public async Task<StateMessage> StateAsync()
    {
        using CancellationTokenSource limit = new(Patience);
        return await _states.Reader.ReadAsync(limit.Token);
    }

    private Channel<byte[]> DownOn(string leaf) => _down.GetOrAdd(leaf, _ => Channel.CreateUnbounded<byte[]>());

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Client.IsConnected) await Client.DisconnectAsync();
        }
        catch (Exception)
        {
            // The bridge may be gone by then.
        }
        Client.Dispose();
    }
}
