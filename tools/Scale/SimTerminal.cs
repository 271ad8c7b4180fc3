using System.Buffers;
using System.Diagnostics;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Devices.Scale;

/// <summary>
/// A terminal's uplink over real MQTT and TLS, on the way that the agent takes: hello, batches from the watermark on, again from there after
/// whatever went wrong. It keeps every punch that it ever made, so that the end can be compared.
/// </summary>
internal sealed class SimTerminal(string name, X509Certificate2 certificate, (string Host, int Port) at, int seed) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly List<Punch> _punches = [];
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private long _told;
    private long _acknowledged;

    public string Name => name;

    public Guid Ledger { get; } = Guid.CreateVersion7();

    /// <summary>Punches a message; null for what has come up meanwhile.</summary>
    public int? Batch { get; init; }

    /// <summary>Between two messages, ms: a number up to this.</summary>
    public int RestMs { get; init; } = 60;

    /// <summary>Milliseconds from a publish to its acknowledgement.</summary>
    public List<double> Waits { get; } = [];

    /// <summary>Called after each acknowledgement with the last punch that it was for.</summary>
    public Func<SimTerminal, long, Task> Acknowledging { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>The first thing that a bridge must never say; null so far.</summary>
    public string? Fault { get; private set; }

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>The watermark that the bridge told, with the chain of this very ledger.</summary>
    public long Told => Interlocked.Read(ref _told);

    public int Connects { get; private set; }

    public int Refusals { get; private set; }

    public IReadOnlyList<Punch> Punches
    {
        get { lock (_gate) return [.. _punches]; }
    }

    /// <summary>Whether it makes punches; without, it only brings what it has.</summary>
    public bool Recording { get; set; } = true;

    public void Dispose() => certificate.Dispose();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using IMqttClient client = new MqttClientFactory().CreateMqttClient();
            TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
            client.ApplicationMessageReceivedAsync += message => { Hear(message.ApplicationMessage); return Task.CompletedTask; };
            client.DisconnectedAsync += _ => { gone.TrySetResult(); return Task.CompletedTask; };
            try
            {
                MqttClientConnectResult connected = await client.ConnectAsync(Options(), cancellationToken);
                if (connected.ResultCode == MqttClientConnectResultCode.Success)
                {
                    Connects++;
                    await SendAsync(client, Topics.Hello, ContractCodec.Write(Hello(), ContractJson.Default.HelloMessage), cancellationToken);
                    while (!gone.Task.IsCompleted && !cancellationToken.IsCancellationRequested) await BringAsync(client, cancellationToken);
                }
                else Refusals++;
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Cut off: whatever was under way is sent again.
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
            if (!cancellationToken.IsCancellationRequested) await Task.Delay(_random.Next(50, 300), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else if (client.IsConnected) await client.DisconnectAsync(cancellationToken: CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BringAsync(IMqttClient client, CancellationToken cancellationToken)
    {
        if (Recording)
            for (int more = Batch ?? _random.Next(1, 5); more > 0; more--) Record();
        long from = Math.Max(Acknowledged, Told) + 1;
        Punch[] next;
        lock (_gate) next = [.. _punches.Skip((int)from - 1).Take(Protocol.MaxBatch)];
        if (next.Length > 0)
        {
            PunchBatch batch = new() { Terminal = name, Ledger = Ledger, Punches = next };
            long began = Stopwatch.GetTimestamp();
            if (await SendAsync(client, Topics.Punches, ContractCodec.Write(batch, ContractJson.Default.PunchBatch), cancellationToken))
            {
                Waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                Interlocked.Exchange(ref _acknowledged, next[^1].Seq);
                await Acknowledging(this, next[^1].Seq);
            }
            else
            {
                Refusals++;
                await Task.Delay(100, cancellationToken);
            }
        }
        await Task.Delay(_random.Next(0, RestMs + 1), cancellationToken);
    }

    private async Task<bool> SendAsync(IMqttClient client, string leaf, byte[] payload, CancellationToken cancellationToken)
    {
        MqttClientPublishResult result = await client.PublishAsync(new MqttApplicationMessage
        {
            Topic = Topics.For(name, leaf), PayloadSegment = payload, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            UserProperties = [new MqttUserProperty(Protocol.VersionProperty, Encoding.UTF8.GetBytes(Protocol.Version))],
        }, cancellationToken);
        if (result.ReasonCode != MqttClientPublishReasonCode.Success && result.UserProperties?.FirstOrDefault(one => one.Name == "problem") is { } problem
            && problem.ReadValueAsString() is var code && code != ProblemCodes.Unavailable)
            Fault ??= $"{name} was refused with '{code}': {result.ReasonString}";
        return result.ReasonCode == MqttClientPublishReasonCode.Success;
    }

    // What the agent checks: it frees nothing but by a watermark whose chain is its own.
    private void Hear(MqttApplicationMessage message)
    {
        if (message.Topic != Topics.For(name, Topics.State)) return;
        if (!ContractCodec.TryRead(message.Payload.ToArray(), ContractJson.Default.StateMessage, out StateMessage? state, out _) || state!.Ledger != Ledger) return;
        string own;
        lock (_gate)
        {
            if (state.Through > _punches.Count)
            {
                Fault ??= $"{name} was told that {state.Through} punches are stored and has made {_punches.Count}.";
                return;
            }
            own = state.Through == 0 ? PunchChain.ToHex(PunchChain.Genesis(Ledger)) : _punches[(int)state.Through - 1].Chain;
        }
        if (own != state.Chain) Fault ??= $"{name} was told another chain at punch {state.Through}.";
        else if (state.Through > Told) Interlocked.Exchange(ref _told, state.Through);
    }

    private void Record()
    {
        lock (_gate)
        {
            Punch punch = new()
            {
                Terminal = name, Ledger = Ledger, Seq = _punches.Count + 1, Person = $"u-{_random.Next(500)}", At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                Clock = ClockQuality.Synced, UncertaintyMs = 20, Method = PunchMethod.Face, Score = 0.71f, Threshold = 0.43f, Liveness = 0.98f, Pack = "demo@1", Chain = "",
            };
            byte[] before = _punches.Count == 0 ? PunchChain.Genesis(Ledger) : Convert.FromHexString(_punches[^1].Chain);
            _punches.Add(punch with { Chain = PunchChain.ToHex(PunchChain.Next(before, punch)) });
        }
    }

    private HelloMessage Hello()
    {
        lock (_gate)
            return new() { Terminal = name, Ledger = Ledger, LastSeq = _punches.Count, LastChain = _punches.Count == 0 ? PunchChain.ToHex(PunchChain.Genesis(Ledger)) : _punches[^1].Chain, Boot = "boot-1", Now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() };
    }

    private MqttClientOptions Options() => new MqttClientOptionsBuilder()
        .WithTcpServer(at.Host, at.Port).WithProtocolVersion(MqttProtocolVersion.V500).WithClientId(name).WithCleanStart().WithKeepAlivePeriod(TimeSpan.FromSeconds(20)).WithTimeout(Patience)
        .WithTlsOptions(tls => tls.WithSslProtocols(SslProtocols.Tls13).WithClientCertificates([certificate]).WithCertificateValidationHandler(seen => seen.Certificate.Issuer.Contains("Devices bridge root", StringComparison.Ordinal)))
        .Build();
}
