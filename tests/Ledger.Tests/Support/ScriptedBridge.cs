using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Devices.Ledger.Tests.Support;

/// <summary>What the scripted bridge does with one batch.</summary>
internal enum Act
{
    /// <summary>Commit, PUBACK, state.</summary>
    Store,

    /// <summary>Commit, then cut the connection before the PUBACK.</summary>
    StoreThenCut,

    /// <summary>Cut before committing.</summary>
    Cut,

    /// <summary>Commit, and never send the PUBACK.</summary>
    StoreThenHang,

    /// <summary>PUBACK with success, nothing committed, no state (a broker whose store is down).</summary>
    AcknowledgeOnly,

    /// <summary>Commit and PUBACK, but no state.</summary>
    StoreSilently,

    /// <summary>Commit, PUBACK, a state with a wrong chain.</summary>
    StoreWrongChain,

    /// <summary>Nothing committed; a negative PUBACK and a state with the code in <see cref="ScriptedBridge.Problem"/>.</summary>
    Refuse,

    /// <summary>Nothing committed; a negative PUBACK that names the code, and no state: the store is down.</summary>
    RefuseWithoutState,
}

/// <summary>A real MQTTnet broker over TLS 1.3 with client certificates whose interceptor follows a script.</summary>
internal sealed class ScriptedBridge : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Punch> _punches = [];
    private readonly MqttServer _server;
    private readonly CancellationTokenSource _stop = new();
    private Guid _ledger;

    private ScriptedBridge(MqttServer server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    /// <summary>Decides on each batch; the number counts batches from 0.</summary>
    public Func<int, PunchBatch, Act> Script { get; set; } = (_, _) => Act.Store;

    public Problem Problem { get; set; } = new() { Code = ProblemCodes.Unavailable, Text = "Not now." };

    /// <summary>Changes the state that answers hello.</summary>
    public Func<StateMessage, StateMessage> OnHello { get; set; } = s => s;

    /// <summary>Refuses an event.</summary>
    public Func<EventMessage, Problem?> OnEvent { get; set; } = _ => null;

    /// <summary>The pause that every state asks for.</summary>
    public long? SlowDownMs { get; set; }

    /// <summary>Answers hello at all.</summary>
    public bool Answers { get; set; } = true;

    public ConcurrentQueue<HelloMessage> Hellos { get; } = new();
    public ConcurrentQueue<EventMessage> Events { get; } = new();
    public ConcurrentQueue<StatusMessage> Statuses { get; } = new();
    public ConcurrentQueue<long[]> Batches { get; } = new();
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>What was wrong with batches that were not taken, by the bridge's own comparison.</summary>
    public ConcurrentQueue<Problem> Refused { get; } = new();
    public int Publishes;

    public IReadOnlyList<Punch> Punches
    {
        get
        {
            lock (_gate) return [.. _punches.Values];
        }
    }

    public long Through
    {
        get
        {
            lock (_gate) return _punches.Count == 0 ? 0 : _punches.Keys.Last();
        }
    }

    public static async Task<ScriptedBridge> StartAsync(TestCa ca, string dns = "bridge.test", DateTimeOffset? certificateFrom = null, DateTimeOffset? certificateTo = null)
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = FreePort();
            MqttServerOptions options = new MqttServerOptionsBuilder()
                .WithoutDefaultEndpoint()
                .WithEncryptedEndpoint()
                .WithEncryptedEndpointBoundIPAddress(IPAddress.Loopback)
                .WithEncryptedEndpointBoundIPV6Address(IPAddress.None)
                .WithEncryptedEndpointPort(port)
                .WithEncryptionCertificate(ca.Issue("bridge", server: true, dns, certificateFrom, certificateTo))
                .WithEncryptionSslProtocol(SslProtocols.Tls13)
                .WithClientCertificate((_, certificate, _, _) => certificate is not null && certificate.Issuer == ca.Root.Subject)
                .Build();
            MqttServer server = new MqttServerFactory().CreateMqttServer(options);
            var bridge = new ScriptedBridge(server, port);
            server.InterceptingPublishAsync += bridge.OnPublishAsync;
            try
            {
                await server.StartAsync();
                return bridge;
            }
            catch (SocketException) when (attempt < 10)
            {
                server.Dispose();
            }
        }
    }

    /// <summary>As after restoring an older backup.</summary>
    public void ForgetAfter(long seq)
    {
        lock (_gate)
            foreach (long gone in _punches.Keys.Where(k => k > seq).ToArray()) _punches.Remove(gone);
    }

    public Task SendStateAsync(string terminal, StateMessage state, string version = Protocol.Version) => SendAsync(terminal, Topics.State, ContractCodec.Write(state, ContractJson.Default.StateMessage), version);

    public Task SendAsync(string terminal, string leaf, byte[] payload, string version = Protocol.Version) => _server.InjectApplicationMessage(new InjectedMqttApplicationMessage(new MqttApplicationMessageBuilder()
        .WithTopic(Topics.For(terminal, leaf)).WithPayload(payload).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .WithUserProperty(Protocol.VersionProperty, System.Text.Encoding.UTF8.GetBytes(version)).Build())
    { SenderClientId = "bridge" });

    public async Task CutAsync(string terminal)
    {
        try
        {
            await _server.DisconnectClientAsync(terminal, new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.ServerShuttingDown });
        }
        catch (InvalidOperationException)
        {
            // Gone already.
        }
    }

    public StateMessage State(Problem? problem = null)
    {
        lock (_gate)
        {
            Punch? last = _punches.Count == 0 ? null : _punches.Values.Last();
            return new() { Ledger = _ledger, Through = last?.Seq ?? 0, Chain = last?.Chain ?? PunchChain.ToHex(PunchChain.Genesis(_ledger)), Now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), SlowDownMs = SlowDownMs, Problem = problem };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server.StopAsync();
        _server.Dispose();
        _stop.Dispose();
    }

    private async Task OnPublishAsync(InterceptingPublishEventArgs publish)
    {
        if (publish.ClientId == "bridge") return;
        publish.ProcessPublish = false;
        Interlocked.Increment(ref Publishes);
        try
        {
            if (!Topics.TryParse(publish.ApplicationMessage.Topic, out string terminal, out string leaf) || terminal != publish.ClientId) Faults.Enqueue($"{publish.ClientId} published on {publish.ApplicationMessage.Topic}");
            string? version = publish.ApplicationMessage.UserProperties?.Find(p => p.Name == Protocol.VersionProperty)?.ReadValueAsString();
            if (ContractCodec.CheckVersion(version) is { } problem) Faults.Enqueue(problem.Text);
            byte[] payload = publish.ApplicationMessage.Payload.ToArray();
            switch (leaf)
            {
                case Topics.Hello:
                    HelloMessage hello = Read(payload, ContractJson.Default.HelloMessage);
                    Hellos.Enqueue(hello);
                    _ledger = hello.Ledger;
                    if (!Answers) break;
                    StateMessage answer = OnHello(State());
                    if (answer.Problem is { } told) Refuse(publish, told);
                    await SendStateAsync(terminal, answer);
                    break;
                case Topics.Punches:
                    await TakeAsync(publish, terminal, Read(payload, ContractJson.Default.PunchBatch));
                    break;
                case Topics.Event:
                    EventMessage one = Read(payload, ContractJson.Default.EventMessage);
                    if (OnEvent(one) is { } bad) Refuse(publish, bad);
                    else Events.Enqueue(one);
                    break;
                case Topics.Status:
                    Statuses.Enqueue(Read(payload, ContractJson.Default.StatusMessage));
                    if (!publish.ApplicationMessage.Retain) Faults.Enqueue("A status was not retained.");
                    break;
                default:
                    Faults.Enqueue($"Unexpected leaf {leaf}");
                    break;
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Faults.Enqueue(fault.ToString());
        }
    }

    private async Task TakeAsync(InterceptingPublishEventArgs publish, string terminal, PunchBatch batch)
    {
        Act act = Script(Batches.Count, batch);
        Batches.Enqueue([.. batch.Punches.Select(p => p.Seq)]);
        if (act is Act.Cut or Act.Refuse or Act.RefuseWithoutState or Act.AcknowledgeOnly)
        {
            if (act == Act.Cut) publish.CloseConnection = true;
            if (act is not (Act.Refuse or Act.RefuseWithoutState)) return;
            Refuse(publish, Problem);
            if (act == Act.Refuse) await SendStateAsync(terminal, State(Problem));
            return;
        }
        if (Commit(batch) is { } problem)
        {
            Refused.Enqueue(problem);
            await SendStateAsync(terminal, State(problem));
            return;
        }
        if (act == Act.StoreThenCut) publish.CloseConnection = true;
        else if (act == Act.StoreThenHang) await Task.Delay(Timeout.Infinite, _stop.Token);
        else if (act == Act.StoreWrongChain) await SendStateAsync(terminal, State() with { Chain = new string('e', 64) });
        else if (act == Act.Store) await SendStateAsync(terminal, State());
    }

    private Problem? Commit(PunchBatch batch)
    {
        lock (_gate)
        {
            List<Punch> fresh = [];
            foreach (Punch punch in batch.Punches)
            {
                if (!_punches.TryGetValue(punch.Seq, out Punch? known)) fresh.Add(punch);
                else if (known != punch) return new() { Code = ProblemCodes.Fork, Text = $"Punch {punch.Seq} came again with other contents." };
            }
            Punch? last = _punches.Count == 0 ? null : _punches.Values.Last();
            byte[] chain = last is null ? PunchChain.Genesis(batch.Ledger) : Convert.FromHexString(last.Chain);
            ChainVerdict verdict = ChainVerifier.Walk(batch.Terminal, batch.Ledger, last?.Seq ?? 0, chain, fresh);
            if (verdict.Fault == ChainFault.Gap) return new() { Code = ProblemCodes.Gap, Text = verdict.Text! };
            if (verdict.Fault != ChainFault.None) return new() { Code = ProblemCodes.Chain, Text = verdict.Text! };
            foreach (Punch punch in fresh) _punches.Add(punch.Seq, punch);
            return null;
        }
    }

    private static void Refuse(InterceptingPublishEventArgs publish, Problem problem)
    {
        publish.Response.ReasonCode = MqttPubAckReasonCode.ImplementationSpecificError;
        publish.Response.ReasonString = problem.Text;
        publish.Response.UserProperties = [new("problem", System.Text.Encoding.UTF8.GetBytes(problem.Code))];
    }

    private static T Read<T>(byte[] payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class =>
        ContractCodec.TryRead(payload, type, out T? message, out Problem? problem) ? message! : throw new InvalidOperationException(problem!.Text);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
