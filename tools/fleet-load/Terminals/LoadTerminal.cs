using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Uplink;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Mqtt;

namespace Devices.FleetLoad.Terminals;

/// <summary>
/// One terminal as the bridge sees it: connects, greets, tells its status, sends its oldest punches one batch at a time, frees them on a
/// watermark only, waits as the product's uplink waits (its <see cref="Backoff"/> and its numbers). The ledger is in memory, since ten
/// thousand files would be what is measured.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing.")]
internal sealed class LoadTerminal
{
    private readonly Crowd _crowd;
    private readonly FleetMember _member;
    private readonly Random _dice;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Backoff _reconnect;
    private readonly Backoff _refused;
    private readonly string _punches;
    private volatile MqttLink? _link;
    private long _statusAt;
    private RelayApplied? _relay;
    private bool _untold;
    private long _slowDown;
    private long _states;

    public LoadTerminal(Crowd crowd, FleetMember member, int people, int seed)
    {
        (_crowd, _member, _dice) = (crowd, member, new(seed));
        Ledger = new(member.Name, people);
        _punches = Topics.For(member.Name, Topics.Punches);
        _reconnect = new(Crowd.Policy.BackoffFirst, Crowd.Policy.BackoffCap, _dice.NextDouble);
        _refused = new(Crowd.Policy.BackoffFirst, Crowd.Policy.BackoffCap, _dice.NextDouble);
    }

    public string Name => _member.Name;

    public LoadLedger Ledger { get; }

    /// <summary>Greeted and answered.</summary>
    public bool Online { get; private set; }

    /// <summary>Set: the network is away. The link is cut and every try fails at once, so that the back-off grows as it does in an outage.</summary>
    public bool Cut
    {
        get;
        set
        {
            field = value;
            if (value && _link is { } link) _ = link.DisposeAsync().AsTask();
        }
    }

    // As a terminal that has carried out all there is: its site's records, no wishes, the bridge's root.
    private AppliedMessage Applied => new()
    {
        Relay = _relay, Config = new() { Revision = 0, Digest = "" }, FaceConsent = true, Commands = true,
        Trust = new() { Roots = [_crowd.RootFingerprint] }, Update = new() { Digest = "" },
    };

    public void Punch()
    {
        Ledger.Add(_dice.Next(0, int.MaxValue));
        Wake();
    }

    /// <summary>Records without waking: a backlog that is made while the network is away.</summary>
    public void PunchQuietly(int count)
    {
        for (int i = 0; i < count; i++) Ledger.Add(_dice.Next(0, int.MaxValue));
    }

    public void Wake()
    {
        if (_wake.CurrentCount == 0) _wake.Release();
    }

    /// <summary>Once a second: keep-alive and status, as the product sends them.</summary>
    public void Pulse()
    {
        if (_link is not { } link || !Online) return;
        long now = Environment.TickCount64;
        if (now - _statusAt >= (long)Crowd.Policy.StatusEvery.TotalMilliseconds) Wake();
        else if (now - link.SentAt >= (long)Crowd.Policy.KeepAlive.TotalMilliseconds) _ = link.PingAsync();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                string why = Cut ? "the network is away" : await ConnectAndServeAsync(stop);
                Online = false;
                if (stop.IsCancellationRequested) break;
                if (!Cut) _crowd.Tally.AddLost(why);
                await Task.Delay(_reconnect.Next(), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }

        if (_link is { } last) await last.CloseAsync();
    }

    private async Task<string> ConnectAndServeAsync(CancellationToken stop)
    {
        MqttLink? link = null;
        try
        {
            link = _link = await _crowd.DialAsync(() => GreetAsync(stop), stop);
            if (Cut) throw new IOException("the network is away");
            _ = link.Ended.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            Online = true;
            _reconnect.Reset();
            await ServeAsync(link, stop);
            return "the other side closed the link";
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return "stopped";
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or MqttRefusedException or TimeoutException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            return fault is OperationCanceledException ? $"no answer within {Crowd.Policy.ConnectTimeout.TotalSeconds:0} s" : fault.Message;
        }
        finally
        {
            if (link is not null)
            {
                if (stop.IsCancellationRequested) await link.CloseAsync();
                else await link.DisposeAsync();
                _link = null;
            }
        }
    }

    // TCP, TLS, CONNECT, subscriptions, hello answered by its state, status acknowledged: what the product does before it calls itself connected.
    private async Task<MqttLink> GreetAsync(CancellationToken stop)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Crowd.Policy.ConnectTimeout);
        byte[] will = ContractCodec.Write(new StatusMessage { Online = false }, ContractJson.Default.StatusMessage);
        byte[] connect = Packets.Connect(Name, (int)Crowd.Policy.KeepAlive.TotalSeconds, (Topics.For(Name, Topics.Status), will));
        MqttLink link = await MqttLink.OpenAsync(_crowd.Target, _member, connect, Received, limit.Token);
        try
        {
            await link.SubscribeAsync(Topics.Down.Select(leaf => Topics.For(Name, leaf)), limit.Token);
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(Crowd.Policy.AckTimeout);
            long before = Volatile.Read(ref _states);
            Answer hello = await link.PublishAsync(Topics.For(Name, Topics.Hello), ContractCodec.Write(Ledger.Hello("boot-1", Applied), ContractJson.Default.HelloMessage), false, patience.Token);
            if (hello.Refused) throw new IOException($"hello was refused: {hello.Problem}");
            await StateAsync(link, () => Volatile.Read(ref _states) > before, patience.Token);
            await TellStatusAsync(link, patience.Token);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    private async Task ServeAsync(MqttLink link, CancellationToken stop)
    {
        if (Ledger.Waiting > Crowd.Policy.MaxBatch) await Task.Delay(Crowd.Policy.DrainJitter * _dice.NextDouble(), stop);
        long quietUntil = Environment.TickCount64 + TakePause(TimeSpan.Zero);
        while (!link.Ended.IsCompleted)
        {
            stop.ThrowIfCancellationRequested();
            if (Environment.TickCount64 - _statusAt >= (long)Crowd.Policy.StatusEvery.TotalMilliseconds)
            {
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
                patience.CancelAfter(Crowd.Policy.AckTimeout);
                await TellStatusAsync(link, patience.Token);
            }

            if (Volatile.Read(ref _untold))
            {
                Volatile.Write(ref _untold, false);
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
                patience.CancelAfter(Crowd.Policy.AckTimeout);
                await link.PublishAsync(Topics.For(Name, Topics.Applied), ContractCodec.Write(new AppliedMessage { Relay = _relay }, ContractJson.Default.AppliedMessage), retain: false, patience.Token);
            }

            if (Ledger.Waiting == 0 && _crowd.Endless is > 0 and int more) PunchQuietly(more);
            long pause = quietUntil - Environment.TickCount64;
            if (Ledger.Waiting > 0 && pause <= 0)
            {
                quietUntil = Environment.TickCount64 + await SendAsync(link, stop);
                continue;
            }

            await _wake.WaitAsync(Ledger.Waiting > 0 ? (int)Math.Max(1, pause) : 60_000, stop);
        }
    }

    // One batch, its PUBACK and its watermark; how long to pause then, ms.
    private async Task<long> SendAsync(MqttLink link, CancellationToken stop)
    {
        List<Punch> batch = Ledger.Next(_crowd.MaxBatch);
        long last = batch[^1].Seq;
        byte[] payload = ContractCodec.Write(new PunchBatch { Terminal = Name, Ledger = Ledger.Id, Punches = batch }, ContractJson.Default.PunchBatch);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Crowd.Policy.AckTimeout);
        long begun = Stopwatch.GetTimestamp();
        Answer answer = await link.PublishAsync(_punches, payload, retain: false, patience.Token);
        if (!answer.Refused)
        {
            _crowd.Tally.AddPublish(Stopwatch.GetTimestamp() - begun);
            await StateAsync(link, () => Ledger.Confirmed >= last, patience.Token);
            _refused.Reset();
            return TakePause(TimeSpan.Zero);
        }

        _crowd.Tally.AddRefused($"punches: {answer.Problem ?? answer.Reason ?? answer.Code.ToString(CultureInfo.InvariantCulture)}");
        SlowDown(answer.SlowDownMs);
        return TakePause(_refused.Next());
    }

    private async Task StateAsync(MqttLink link, Func<bool> come, CancellationToken patience)
    {
        while (!come())
        {
            if (link.Ended.IsCompleted) throw new IOException(await link.Ended);
            await _wake.WaitAsync(1000, patience);
        }
    }

    private async Task TellStatusAsync(MqttLink link, CancellationToken stop)
    {
        StatusMessage status = new()
        {
            Online = true, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Versions = { ["agent"] = "0.1.0" }, Temperature = 41.5, FreeBytes = 5_000_000_000, Queue = Ledger.Waiting, Clock = "ntp",
        };
        _statusAt = Environment.TickCount64;
        await link.PublishAsync(Topics.For(Name, Topics.Status), ContractCodec.Write(status, ContractJson.Default.StatusMessage), retain: true, stop);
    }

    private void Received(string topic, ReadOnlySpan<byte> payload)
    {
        if (topic.EndsWith("/" + Topics.Relay, StringComparison.Ordinal) && ContractCodec.TryRead(payload, ContractJson.Default.RelayMessage, out RelayMessage? relay, out _))
        {
            _relay = new() { Line = relay!.Line, Revision = relay.Through, Site = relay.Site };
            Volatile.Write(ref _untold, true);
            Wake();
        }

        if (!topic.EndsWith("/" + Topics.State, StringComparison.Ordinal)) return;
        if (!ContractCodec.TryRead(payload, ContractJson.Default.StateMessage, out StateMessage? state, out _))
        {
            _crowd.Misfits.Add($"{Name}: a state that cannot be read");
            return;
        }

        if (!Ledger.Confirm(state!, _crowd.Tally)) _crowd.Misfits.Add($"{Name}: the watermark {state!.Through} does not fit its ledger");
        SlowDown(state!.SlowDownMs ?? 0);
        Interlocked.Increment(ref _states);
        Wake();
    }

    private void SlowDown(long ms)
    {
        for (long seen = Volatile.Read(ref _slowDown); ms > seen;)
        {
            long before = Interlocked.CompareExchange(ref _slowDown, ms, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    // As the product: what the bridge asks, capped, with up to half as much again by chance; or the own wait after a refusal, if that is longer.
    private long TakePause(TimeSpan own)
    {
        double asked = Math.Min(Interlocked.Exchange(ref _slowDown, 0), Crowd.Policy.SlowDownCap.TotalMilliseconds);
        if (asked <= 0) return (long)own.TotalMilliseconds;
        _crowd.Tally.AddPause();
        return (long)Math.Max(own.TotalMilliseconds, asked * (1 + _dice.NextDouble() / 2));
    }
}
