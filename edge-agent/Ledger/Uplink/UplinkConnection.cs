using System.Buffers;
using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>One MQTT connection from CONNECT to its end. Every wait has a limit; what comes down goes through one channel.</summary>
internal sealed class UplinkConnection : IAsyncDisposable
{
    private const int MaxArrivals = 4_096;

    // The bridge names the problem's code in the PUBACK too, for when it cannot tell a state (its store is down).
    private const string ProblemProperty = "problem";
    private readonly UplinkOptions _options;
    private readonly TimeProvider _time;
    private readonly IMqttClient _client;
    private readonly UplinkTls _tls;
    private readonly Func<long> _monotonic;
    // Not SingleReader: that channel cannot be counted.
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>();

    private UplinkConnection(UplinkOptions options, TimeProvider time, UplinkTls tls, Func<long> monotonic)
    {
        (_options, _time, _tls, _monotonic) = (options, time, tls, monotonic);
        _client = new MqttClientFactory().CreateMqttClient();
        _client.ApplicationMessageReceivedAsync += OnMessageAsync;
        _client.DisconnectedAsync += OnDisconnectedAsync;
    }

    /// <summary>Connects and subscribes.</summary>
    /// <exception cref="UplinkFaultException">With a sentence.</exception>
    public static async Task<UplinkConnection> OpenAsync(UplinkOptions options, UplinkTls tls, TimeProvider time, Func<long> monotonic, CancellationToken cancellation)
    {
        var connection = new UplinkConnection(options, time, tls, monotonic);
        try
        {
            await connection.ConnectAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Publishes with QoS 1 and waits for the PUBACK.</summary>
    /// <returns>Null on success, else why the bridge did not take it.</returns>
    /// <exception cref="UplinkFaultException">The link is gone or silent.</exception>
    public Task<Refusal?> PublishAsync(string leaf, byte[] payload, bool retain, CancellationToken cancellation) => LimitAsync(async limited =>
    {
        MqttApplicationMessage message = new MqttApplicationMessageBuilder()
            .WithTopic(Topics.For(_options.Terminal, leaf))
            .WithPayload(payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithRetainFlag(retain)
            .WithUserProperty(Protocol.VersionProperty, System.Text.Encoding.UTF8.GetBytes(Protocol.Version))
            .Build();
        MqttClientPublishResult result = await _client.PublishAsync(message, limited).ConfigureAwait(false);
        if (ReasonWords.Of(result.ReasonCode, result.ReasonString) is not { } words) return null;
        string? pause = result.UserProperties?.FirstOrDefault(p => p.Name == Protocol.SlowDownProperty)?.ReadValueAsString();
        return new Refusal(words, result.UserProperties?.FirstOrDefault(p => p.Name == ProblemProperty)?.ReadValueAsString(),
            long.TryParse(pause, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long ms) ? ms : 0);
    }, _options.AckTimeout, $"The bridge did not acknowledge a message on '{leaf}' within {_options.AckTimeout.TotalSeconds:0.#} s.", cancellation);

    /// <summary>Asks for a topic that is not this terminal's (<see cref="Topics.Probe"/>), and gives it back should the bridge allow it.</summary>
    /// <returns>Whether the bridge refused it.</returns>
    /// <exception cref="UplinkFaultException">The link is gone or silent.</exception>
    public Task<bool> IsForeignRefusedAsync(CancellationToken cancellation) => LimitAsync(async limited =>
    {
        MqttClientSubscribeResult result = await _client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(f => f.WithTopic(Topics.Probe).WithAtLeastOnceQoS()).Build(), limited).ConfigureAwait(false);
        if (result.Items.All(one => one.ResultCode >= MqttClientSubscribeResultCode.UnspecifiedError)) return true;
        await _client.UnsubscribeAsync(Topics.Probe, limited).ConfigureAwait(false);
        return false;
    }, _options.AckTimeout, $"The bridge did not answer a subscription within {_options.AckTimeout.TotalSeconds:0.#} s.", cancellation);

    /// <summary>What came next; null where nothing did within <paramref name="wait"/>.</summary>
    /// <exception cref="UplinkFaultException">The link is gone.</exception>
    public async Task<Arrival?> NextAsync(TimeSpan wait, CancellationToken cancellation)
    {
        if (_arrivals.Reader.TryRead(out Arrival? ready)) return Alive(ready);
        if (wait <= TimeSpan.Zero) return null;
        using var limit = new CancellationTokenSource(wait, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return Alive(await _arrivals.Reader.ReadAsync(both.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Wakes whoever waits in <see cref="NextAsync"/>.</summary>
    public void Nudge()
    {
        if (_arrivals.Reader.Count < MaxArrivals) _arrivals.Writer.TryWrite(Arrival.Nudge);
    }

    /// <summary>Says good-bye so that the will is not sent.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await _client.DisconnectAsync(new MqttClientDisconnectOptions(), both.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is MqttCommunicationException or OperationCanceledException or InvalidOperationException)
        {
            // Gone already.
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.ApplicationMessageReceivedAsync -= OnMessageAsync;
        _client.DisconnectedAsync -= OnDisconnectedAsync;
        _client.Dispose();
        _tls.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        byte[] will = ContractCodec.Write(new StatusMessage { Online = false }, ContractJson.Default.StatusMessage);
        MqttClientOptions options = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(_options.Host, _options.Port)
            .WithTlsOptions(_tls.Apply)
            .WithClientId(_options.Terminal)
            // Sessions live in the bridge's memory only: nothing may depend on one.
            .WithCleanStart()
            .WithSessionExpiryInterval(0)
            .WithKeepAlivePeriod(_options.KeepAlive)
            .WithTimeout(_options.AckTimeout)
            .WithWillTopic(Topics.For(_options.Terminal, Topics.Status))
            .WithWillPayload(will)
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithWillUserProperty(Protocol.VersionProperty, System.Text.Encoding.UTF8.GetBytes(Protocol.Version))
            .Build();
        string where = $"{_options.Host}:{_options.Port}";
        await LimitAsync(async limited =>
        {
            MqttClientConnectResult result = await _client.ConnectAsync(options, limited).ConfigureAwait(false);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
                throw new UplinkFaultException($"The bridge at {where} refused the connection: {ReasonWords.Of(result.ResultCode)}{(string.IsNullOrEmpty(result.ReasonString) ? "" : $" ({result.ReasonString})")}.") { Reached = true, Refused = result.ResultCode is MqttClientConnectResultCode.NotAuthorized or MqttClientConnectResultCode.Banned or MqttClientConnectResultCode.BadUserNameOrPassword };
            MqttClientSubscribeOptionsBuilder subscribe = new();
            foreach (string leaf in Topics.Down)
                subscribe.WithTopicFilter(f => f.WithTopic(Topics.For(_options.Terminal, leaf)).WithAtLeastOnceQoS());
            await _client.SubscribeAsync(subscribe.Build(), limited).ConfigureAwait(false);
            return true;
        }, _options.ConnectTimeout, $"The bridge at {where} did not answer within {_options.ConnectTimeout.TotalSeconds:0.#} s.", cancellation).ConfigureAwait(false);
    }

    private async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan limit, string late, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            // WaitAsync: also a library call that ignores its token ends in time.
            return await work(both.Token).WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (UplinkFaultException)
        {
            throw;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception fault) when (deadline.IsCancellationRequested || fault is MqttCommunicationTimedOutException or TimeoutException)
        {
            throw new UplinkFaultException(late, fault);
        }
        catch (Exception fault)
        {
            throw new UplinkFaultException(_tls.Refusal ?? $"The link to the bridge failed: {Innermost(fault)}.", fault) { Reached = _tls is { Refusal: null, Judged: true } };
        }
    }

    private Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs received)
    {
        long mono = _monotonic();
        if (!Topics.TryParse(received.ApplicationMessage.Topic, out string terminal, out string leaf) || terminal != _options.Terminal) return Task.CompletedTask;
        string? version = received.ApplicationMessage.UserProperties?.Find(p => p.Name == Protocol.VersionProperty)?.ReadValueAsString();
        // A bridge that floods is not obeyed into an out-of-memory: what is left out here is asked for again by the next hello.
        if (_arrivals.Reader.Count < MaxArrivals) _arrivals.Writer.TryWrite(new(leaf, received.ApplicationMessage.Payload.ToArray(), version, mono));
        return Task.CompletedTask;
    }

    private Task OnDisconnectedAsync(MqttClientDisconnectedEventArgs gone)
    {
        string why = gone.ReasonString is { Length: > 0 } reason ? reason.TrimEnd('.') : gone.Exception is { } fault ? Innermost(fault) : gone.Reason == MqttClientDisconnectReason.NormalDisconnection ? "closed" : ReasonWords.Spell(gone.Reason.ToString());
        _arrivals.Writer.TryComplete(new UplinkFaultException($"The link to the bridge ended: {why}.", gone.Exception));
        return Task.CompletedTask;
    }

    private static Arrival Alive(Arrival arrival) => arrival;

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner) fault = inner;
        return fault.Message.TrimEnd('.');
    }
}

/// <summary>A PUBACK that was not a success.</summary>
/// <param name="Words">The reason in words.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>, where the bridge named one.</param>
/// <param name="SlowDownMs">For how long the bridge asks to send nothing; 0 where it does not.</param>
internal sealed record Refusal(string Words, string? Code, long SlowDownMs = 0);

/// <summary>A message that came down, or a wake-up.</summary>
internal sealed record Arrival(string Leaf, byte[] Payload, string? Version, long MonotonicMs)
{
    public static Arrival Nudge { get; } = new("", [], null, 0);
}
