using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Hosting;
using Devices.Link;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Devices.Edge.Agent.Mcu;

/// <summary>
/// The MQTT broker for this terminal's MCU and nobody else. One user (the terminal's name), one session, an access list of exact topics:
/// the MCU publishes its up leaves and subscribes to its down leaves, everything else is refused with a reason code and told once.
/// MQTTnet awaits the publish interceptor before it sends PUBACK, so a <c>card</c> is acknowledged only after its commit; the broker keeps
/// nothing itself (its sessions and queues live in memory only, dotnet/MQTTnet#498), durability is the MCU's journal and our ledger.
/// </summary>
public sealed class McuBroker : IAsyncDisposable
{
    private const string Board = "board";

    /// <summary>This very connection, among its session's items.</summary>
    private const string Item = "connection";

    private readonly AgentOptions _options;
    private readonly byte[] _password;
    private readonly IMcuDesk _desk;
    private readonly Narration _narration;
    private readonly TimeProvider _time;
    private readonly MqttServerOptions _serverOptions;
    private readonly MqttServer _server;
    private readonly HashSet<string> _downTopics;
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);
    private readonly LinkReader _reader = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Connection? _connection;
    private long _badLoginTold;
    private bool _anyBadLogin;

    public McuBroker(AgentOptions options, string password, IMcuDesk desk, Narration narration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _password = Encoding.UTF8.GetBytes(password);
        _desk = desk;
        _narration = narration;
        _time = time;
        _downTopics = [.. LinkTopics.DownTopics(options.Terminal)];
        _serverOptions = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(options.McuBind.AddressFamily == AddressFamily.InterNetwork ? options.McuBind : IPAddress.None)
            .WithDefaultEndpointBoundIPV6Address(options.McuBind.AddressFamily == AddressFamily.InterNetworkV6 ? options.McuBind : IPAddress.None)
            .WithDefaultEndpointPort(options.McuPort)
            .WithConnectionBacklog(8)
            .WithMaxPendingMessagesPerClient(100)
            .WithPendingMessagesOverflowStrategy(MqttPendingMessagesOverflowStrategy.DropOldestQueuedMessage)
            .Build();
        _server = new MqttServerFactory().CreateMqttServer(_serverOptions);
        _server.ValidatingConnectionAsync += ValidateAsync;
        _server.InterceptingPublishAsync += PublishedAsync;
        _server.InterceptingSubscriptionAsync += SubscribingAsync;
        _server.ClientConnectedAsync += ConnectedAsync;
        _server.ClientDisconnectedAsync += DisconnectedAsync;
        _server.ClientAcknowledgedPublishPacketAsync += AcknowledgedAsync;
    }

    /// <summary>The port it listens on, also where 0 was asked for.</summary>
    public int Port => _serverOptions.DefaultEndpointOptions.Port;

    /// <summary>Whether the MCU is connected.</summary>
    public bool IsOnline => Volatile.Read(ref _connection) is not null;

    public bool IsRunning => _server.IsStarted;

    /// <exception cref="StartException">The port is taken or the address is not one of this board.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _server.StartAsync().ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            string at = $"{_options.McuBind}:{_options.McuPort}";
            throw new StartException(fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"The MCU's broker cannot listen on {at}: the port is taken by another program. Stop that program or set Mcu:Port.",
                SocketError.AddressNotAvailable => $"The MCU's broker cannot listen on {at}: this board has no such address. Set Mcu:Bind.",
                SocketError.AccessDenied => $"The MCU's broker cannot listen on {at}: this account may not use that port. Set Mcu:Port to 1024 or above.",
                _ => $"The MCU's broker cannot listen on {at}: {fault.Message}.",
            }, fault);
        }
    }

    /// <summary>Sends to the MCU; false where it is not connected. A message that the MCU did not subscribe to goes nowhere.</summary>
    public async Task<bool> SendAsync(LinkMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!IsOnline) return false;
        MqttApplicationMessage publish = new MqttApplicationMessageBuilder()
            .WithTopic(LinkTopics.For(_options.Terminal, message.Leaf))
            .WithPayload(message.Write())
            .WithQualityOfServiceLevel(LinkTopics.IsAtLeastOnce(message.Leaf) ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce)
            .Build();
        await _server.InjectApplicationMessage(new InjectedMqttApplicationMessage(publish) { SenderClientId = Board }).ConfigureAwait(false);
        return true;
    }

    /// <summary>Sends a QoS 1 message and waits for the MCU's own PUBACK; false where that does not come in time.</summary>
    public async Task<bool> SendConfirmedAsync(LinkMessage message, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] payload = message.Write();
        TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string key = Convert.ToHexString(SHA256.HashData(payload));
        _awaited[key] = taken;
        try
        {
            if (!await SendAsync(message).ConfigureAwait(false)) return false;
            await taken.Task.WaitAsync(limit, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            _awaited.TryRemove(key, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsStarted) await _server.StopAsync(new MqttServerStopOptionsBuilder().Build()).ConfigureAwait(false);
        _server.Dispose();
        _turn.Dispose();
    }

    private Task ValidateAsync(ValidatingConnectionEventArgs attempt)
    {
        bool user = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(attempt.UserName ?? ""), Encoding.UTF8.GetBytes(_options.Terminal));
        bool password = CryptographicOperations.FixedTimeEquals(attempt.RawPassword ?? [], _password);
        if (user && password && attempt.ClientId != Board)
        {
            attempt.SessionItems[Item] = new Connection(attempt.ClientId, _time.GetTimestamp());
            return Task.CompletedTask;
        }

        attempt.ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword;
        if (!_anyBadLogin || _time.GetElapsedTime(_badLoginTold) > TimeSpan.FromMinutes(1))
        {
            _anyBadLogin = true;
            _badLoginTold = _time.GetTimestamp();
            _narration.Warn("mcu", "Somebody tried to connect to the MCU's broker with a wrong user name or password and was refused.");
        }

        return Task.CompletedTask;
    }

    private async Task ConnectedAsync(ClientConnectedEventArgs client)
    {
        string? before = Interlocked.Exchange(ref _connection, (Connection)client.SessionItems[Item]!)?.Client;
        if (before is not null && before != client.ClientId)
        {
            TellOnce("takeover", $"A second connection with the MCU's password ('{Short(client.ClientId)}') took the place of the first ('{Short(before)}'). If the MCU comes and goes from now on, two boards have this terminal's password: give it a new one.");
            // One MCU, one session: the newer connection wins, since the older is most often a half-dead socket of the same MCU.
            await _server.DisconnectClientAsync(before, new MqttServerClientDisconnectOptionsBuilder()
                .WithReasonCode(MqttDisconnectReasonCode.SessionTakenOver).Build()).ConfigureAwait(false);
        }

        _desk.OnConnected();
    }

    private Task DisconnectedAsync(ClientDisconnectedEventArgs client)
    {
        if (client.DisconnectType == MqttClientDisconnectType.Takeover) return Task.CompletedTask;
        // The end of an older connection may be noticed after its successor has come, which bears the same id.
        if (client.SessionItems[Item] is Connection ended && Interlocked.CompareExchange(ref _connection, null, ended) == ended) _desk.OnDisconnected();
        return Task.CompletedTask;
    }

    private Task AcknowledgedAsync(ClientAcknowledgedPublishPacketEventArgs acknowledged)
    {
        if (!_awaited.IsEmpty && acknowledged.PublishPacket is { } sent && _awaited.TryGetValue(Convert.ToHexString(SHA256.HashData(sent.Payload.ToArray())), out TaskCompletionSource? taken)) taken.TrySetResult();
        return Task.CompletedTask;
    }

    private Task SubscribingAsync(InterceptingSubscriptionEventArgs wish)
    {
        if (_downTopics.Contains(wish.TopicFilter.Topic)) return Task.CompletedTask;
        wish.ProcessSubscription = false;
        wish.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
        TellOnce("s " + wish.TopicFilter.Topic, $"The MCU asked for the topic '{Short(wish.TopicFilter.Topic)}', which is not its own; refused.");
        return Task.CompletedTask;
    }

    private async Task PublishedAsync(InterceptingPublishEventArgs publish)
    {
        if (publish.ClientId == Board) return;

        // Nobody subscribes to the MCU's topics: taking them here spares the broker's dispatch and keeps a retained flag from storing anything.
        publish.ProcessPublish = false;
        string topic = publish.ApplicationMessage.Topic ?? "";
        if (!LinkTopics.TrySplit(topic, out string terminal, out string leaf) || terminal != _options.Terminal || !LinkTopics.IsUp(leaf))
        {
            publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
            TellOnce("p " + topic, $"The MCU published on '{Short(topic)}', which it may not; refused.");
            return;
        }

        ReadOnlySequence<byte> payload = publish.ApplicationMessage.Payload;
        if (payload.Length > LinkLimits.MaxPayload)
        {
            publish.Response.ReasonCode = MqttPubAckReasonCode.PayloadFormatInvalid;
            TellOnce("l " + leaf, $"The MCU's '{leaf}' has {payload.Length} bytes; {LinkLimits.MaxPayload} are the limit. Ignored.");
            return;
        }

        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            Connection? connection = publish.SessionItems[Item] as Connection;
            TimeSpan Since() => connection is null ? TimeSpan.Zero : _time.GetElapsedTime(connection.LetIn);
            if (await HandleAsync(leaf, payload.ToArray(), Since).ConfigureAwait(false) is { } fault)
            {
                publish.Response.ReasonCode = MqttPubAckReasonCode.PayloadFormatInvalid;
                TellOnce("f " + leaf + fault.Code + fault.Field, $"The MCU's '{leaf}' cannot be read: {fault.Sentence} Ignored; check that firmware and agent fit each other.");
            }
        }
        catch (Exception fault)
        {
            // No PUBACK: the MCU keeps the entry and sends it again. MQTT 3.1.1 has no refusal in PUBACK, so the connection is closed.
            publish.Response.ReasonCode = MqttPubAckReasonCode.UnspecifiedError;
            publish.CloseConnection = true;
            _narration.Warn("mcu", $"The MCU's '{leaf}' could not be taken and will be sent again: {fault.Message}");
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<LinkFault?> HandleAsync(string leaf, byte[] payload, Func<TimeSpan> since)
    {
        LinkFault? fault;
        switch (leaf)
        {
            case LinkTopics.Hello:
                if (HelloMessage.TryParse(_reader, payload, out HelloMessage? hello, out fault)) await _desk.OnHelloAsync(hello, since).ConfigureAwait(false);
                return fault;
            case LinkTopics.Card:
                if (CardMessage.TryParse(_reader, payload, out CardMessage? card, out fault)) await _desk.OnCardAsync(card).ConfigureAwait(false);
                return fault;
            case LinkTopics.Pin:
                if (PinMessage.TryParse(_reader, payload, out PinMessage? pin, out fault)) await _desk.OnPinAsync(pin).ConfigureAwait(false);
                return fault;
            case LinkTopics.Presence:
                if (PresenceMessage.TryParse(_reader, payload, out PresenceMessage? presence, out fault)) await _desk.OnPresenceAsync(presence).ConfigureAwait(false);
                return fault;
            case LinkTopics.Event:
                if (EventMessage.TryParse(_reader, payload, out EventMessage? happened, out fault)) await _desk.OnEventAsync(happened).ConfigureAwait(false);
                return fault;
            case LinkTopics.Ping:
                if (PingMessage.TryParse(_reader, payload, out PingMessage? ping, out fault)) await _desk.OnPingAsync(ping).ConfigureAwait(false);
                return fault;
            default:
                if (StatusMessage.TryParse(_reader, payload, out StatusMessage? status, out fault)) await _desk.OnStatusAsync(status).ConfigureAwait(false);
                return fault;
        }
    }

    private void TellOnce(string key, string sentence)
    {
        if (_told.Count < 200 && _told.TryAdd(key, true)) _narration.Warn("mcu", sentence);
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>One connection of the MCU; <see cref="LetIn"/> is when it was let in: its hello was written later.</summary>
    private sealed class Connection(string client, long letIn)
    {
        public string Client { get; } = client;

        public long LetIn { get; } = letIn;
    }
}
