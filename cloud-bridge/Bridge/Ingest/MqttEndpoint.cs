using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Store;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Devices.Bridge.Ingest;

/// <summary>
/// The MQTT 5 server: wires MQTTnet's events to the gate and the router. Nothing is routed between clients: every publish is taken here
/// (<c>ProcessPublish = false</c>) and downlinks go to the one session. Nothing depends on MQTTnet's memory (MQTTnet#498).
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The server is disposed when the host stops it.")]
public sealed class MqttEndpoint : IHostedLifecycleService, ITerminalConnections
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly TerminalGate _gate;
    private readonly Lazy<IngestRouter> _router;
    private readonly ConnectionRegistry _registry;
    private readonly MqttRefusals _refusals;
    private readonly IPresence _presence;
    private readonly IngestOptions _limits;
    private readonly ILogger<MqttEndpoint> _log;
    private readonly MqttServer _server;
    private int _inHand;
    private volatile bool _stopping;

    public MqttEndpoint(
        MqttConnections connections, TerminalGate gate, Lazy<IngestRouter> router, ConnectionRegistry registry, MqttRefusals refusals, IPresence presence,
        IngestOptions limits, ILogger<MqttEndpoint> log)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(limits);
        (_gate, _router, _registry, _refusals, _presence, _limits, _log) = (gate, router, registry, refusals, presence, limits, log);
        MqttServerOptions options = new()
        {
            DefaultCommunicationTimeout = limits.HandshakeTimeout,
            EnablePersistentSessions = false,
            MaxPendingMessagesPerClient = limits.MaxPending,
            PendingMessagesOverflowStrategy = MqttPendingMessagesOverflowStrategy.DropOldestQueuedMessage,
        };
        _server = new(options, [connections], new MqttLog(log));
        connections.DisconnectTooLarge = (terminal, text) => DisconnectAsync(terminal, MqttDisconnectReasonCode.PacketTooLarge, text);
        _server.ValidatingConnectionAsync += ValidateAsync;
        _server.ClientConnectedAsync += ConnectedAsync;
        _server.ClientDisconnectedAsync += DisconnectedAsync;
        _server.InterceptingPublishAsync += PublishAsync;
        _server.InterceptingSubscriptionAsync += SubscribeAsync;
        _server.InterceptingOutboundPacketAsync += OutboundAsync;
        _server.ClientAcknowledgedPublishPacketAsync += AcknowledgedAsync;
    }

    public int Count => _registry.Count;

    public IReadOnlyCollection<TerminalSession> Sessions() => _registry.Sessions;

    public bool IsConnected(string terminal) => _registry.Find(terminal) is not null;

    public Task DisconnectAsync(string terminal, string reason) => DisconnectAsync(terminal, MqttDisconnectReasonCode.NotAuthorized, reason);

    public async Task TakenOverAsync(TerminalSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_registry.Find(session.Terminal) != session) return;
        await DisconnectAsync(session.Terminal, MqttDisconnectReasonCode.SessionTakenOver, $"{session.Terminal} is connected to another node of this bridge now.");
        await CountTakeoverAsync(session.Terminal);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await _presence.BeginAsync(cancellationToken);
        await _server.StartAsync();
    }

    /// <summary>Before anything else stops: no new work, the commits in hand finish, every terminal is told why it is disconnected.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _server.AcceptNewConnections = false;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DrainTime);
        try
        {
            while (Volatile.Read(ref _inHand) > 0) await Task.Delay(10, limit.Token);
            // One breath for the PUBACKs just queued; a lost one only costs a repeat.
            await Task.Delay(100, limit.Token);
        }
        catch (OperationCanceledException)
        {
            _log.LogWarning("Some messages were still being stored at the end; their terminals will send them again.");
        }
        await _server.StopAsync(new MqttServerStopOptions
        {
            DefaultClientDisconnectOptions = new() { ReasonCode = MqttDisconnectReasonCode.ServerShuttingDown, ReasonString = "The bridge is shutting down; connect again in a while." },
        });
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await QuietlyAsync(() => _presence.EndAsync(cancellationToken));
        _server.Dispose();
    }

    private async Task DisconnectAsync(string terminal, MqttDisconnectReasonCode code, string reason)
    {
        if (_registry.Find(terminal) is null || !_server.IsStarted) return;
        _log.LogWarning("{Terminal} is disconnected: {Reason}", terminal, reason);
        try
        {
            await _server.DisconnectClientAsync(terminal, new() { ReasonCode = code, ReasonString = reason });
        }
        catch (InvalidOperationException)
        {
            // It left by itself meanwhile.
        }
    }

    private async Task ValidateAsync(ValidatingConnectionEventArgs connect)
    {
        X509Certificate2? certificate = connect.ClientCertificate;
        string name = certificate is null ? "unknown" : TerminalGate.CommonName(certificate);
        string? address = connect.RemoteEndPoint?.ToString();
        try
        {
            if (await _gate.AdmitAsync(connect.ClientId, certificate, connect.ProtocolVersion, connect.KeepAlivePeriod ?? 0, connect.CancellationToken) is { } refusal)
            {
                connect.ReasonCode = refusal.Code;
                connect.ReasonString = refusal.Text;
                await _refusals.RaiseAsync(name, "connect", $"A connection of {name} from {address} was refused: {refusal.Text}");
                return;
            }
        }
        catch (StoreUnavailableException)
        {
            connect.ReasonCode = MqttConnectReasonCode.ServerUnavailable;
            connect.ReasonString = "The bridge's store is not available; try again later.";
            return;
        }
        connect.SessionItems[nameof(TerminalSession)] = new TerminalSession(name, Fleet.CertificateAuthority.Fingerprint(certificate!), address);
    }

    private async Task ConnectedAsync(ClientConnectedEventArgs connected)
    {
        TerminalSession session = Session(connected.SessionItems);
        _registry.Add(session);
        _log.LogInformation("{Terminal} is connected from {Address}.", session.Terminal, session.Address);
        await QuietlyAsync(() => _presence.ArrivedAsync(session));
    }

    private async Task DisconnectedAsync(ClientDisconnectedEventArgs disconnected)
    {
        TerminalSession session = Session(disconnected.SessionItems);
        if (disconnected.DisconnectType == MqttClientDisconnectType.Takeover)
        {
            await CountTakeoverAsync(session.Terminal);
            return;
        }
        if (!_registry.Remove(session)) return;
        _log.LogInformation("{Terminal} is disconnected{How}.", session.Terminal, disconnected.DisconnectType == MqttClientDisconnectType.Clean ? "" : " without a farewell");
        await QuietlyAsync(() => _presence.LeftAsync(session));
    }

    private async Task CountTakeoverAsync(string terminal)
    {
        if (_registry.CountTakeover(terminal))
            await _refusals.RaiseAsync(terminal, "shared-identity",
                $"Connections of {terminal} push each other out: two boards seem to use its certificate. Enrol it again, which revokes both, and look for the copy.");
    }

    private async Task PublishAsync(InterceptingPublishEventArgs publish)
    {
        publish.ProcessPublish = false;
        TerminalSession session = Session(publish.SessionItems);
        Interlocked.Increment(ref _inHand);
        try
        {
            Reply reply = _stopping
                ? Reply.Refuse(MqttPubAckReasonCode.UnspecifiedError, ProblemCodes.Unavailable, "The bridge is shutting down; send again later.")
                : await _router.Value.HandleAsync(session, publish.ApplicationMessage);
            if (reply.State is { } state)
            {
                if (reply.SlowDownMs > 0) state = state with { SlowDownMs = reply.SlowDownMs };
                await SendAsync(session, Topics.State, ContractCodec.Write(state, ContractJson.Default.StateMessage));
            }
            publish.Response.ReasonCode = reply.Code;
            List<MqttUserProperty> told = [];
            if (reply.Problem is { } problem)
            {
                publish.Response.ReasonString = problem.Text;
                told.Add(new("problem", System.Text.Encoding.UTF8.GetBytes(problem.Code)));
            }
            if (reply.SlowDownMs > 0)
                told.Add(new(Protocol.SlowDownProperty, System.Text.Encoding.UTF8.GetBytes(reply.SlowDownMs.ToString(System.Globalization.CultureInfo.InvariantCulture))));
            if (told.Count > 0) publish.Response.UserProperties = told;
        }
        finally
        {
            Interlocked.Decrement(ref _inHand);
        }
    }

    private async Task SubscribeAsync(InterceptingSubscriptionEventArgs subscribe)
    {
        TerminalSession session = Session(subscribe.SessionItems);
        string filter = subscribe.TopicFilter.Topic;
        string own = $"d/{session.Terminal}/";
        bool allowed = filter.StartsWith(own, StringComparison.Ordinal) && (Topics.IsDown(filter[own.Length..]) || filter[own.Length..] is "#" or "+");
        if (allowed) return;
        string text = $"The certificate of {session.Terminal} may not subscribe to '{(filter.Length > 80 ? filter[..80] + "…" : filter)}'; it may use {string.Join(", ", Topics.Down)} below {own}.";
        subscribe.ProcessSubscription = false;
        subscribe.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
        subscribe.ReasonString = text;
        // A doctor asks in order to be refused.
        if (filter == Topics.Probe) return;
        await _refusals.RaiseAsync(session.Terminal, "subscribe", text);
    }

    // MQTTnet announces no limits by itself; a client that respects these never meets them.
    private Task OutboundAsync(InterceptingPacketEventArgs outbound)
    {
        if (outbound.Packet is not MqttConnAckPacket { ReasonCode: MqttConnectReasonCode.Success } welcome) return Task.CompletedTask;
        welcome.MaximumPacketSize = (uint)_limits.MaxPacket;
        welcome.ReceiveMaximum = _limits.ReceiveMaximum;
        welcome.MaximumQoS = MqttQualityOfServiceLevel.AtLeastOnce;
        welcome.TopicAliasMaximum = 0;
        welcome.WildcardSubscriptionAvailable = true;
        return Task.CompletedTask;
    }

    private Task AcknowledgedAsync(ClientAcknowledgedPublishPacketEventArgs acknowledged)
    {
        if (acknowledged.SessionItems[nameof(TerminalSession)] is TerminalSession session) session.CountAcknowledged();
        return Task.CompletedTask;
    }

    public async Task<bool> SendAsync(TerminalSession session, string leaf, byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(session);
        // A state stands until the next, and hello asks for it anew: it needs no answer, which would be every fourth packet of a fleet that punches.
        bool sure = leaf != Topics.State;
        MqttApplicationMessage message = new()
        {
            Topic = Topics.For(session.Terminal, leaf),
            PayloadSegment = payload,
            QualityOfServiceLevel = sure ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce,
            UserProperties = [new(Protocol.VersionProperty, System.Text.Encoding.UTF8.GetBytes(Protocol.Version))],
        };
        if (session.Ended.IsCancellationRequested || !_server.IsStarted) return false;
        try
        {
            MqttSessionStatus status = await _server.GetSessionAsync(session.Terminal);
            if (!status.TryEnqueueApplicationMessage(message, out _)) return false;
        }
        catch (InvalidOperationException)
        {
            return false; // It left meanwhile; hello says next time where it stands.
        }
        if (sure && session.CountSent() > _limits.MaxUnacknowledged)
            await DisconnectAsync(session.Terminal, MqttDisconnectReasonCode.QuotaExceeded, $"{session.Terminal} left more than {_limits.MaxUnacknowledged} messages unacknowledged.");
        return true;
    }

    private async Task QuietlyAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (StoreUnavailableException fault)
        {
            _log.LogWarning("The store did not take a terminal's connection state: {Fault}", fault.Message);
        }
    }

    private static TerminalSession Session(System.Collections.IDictionary items) => (TerminalSession)items[nameof(TerminalSession)]!;
}
