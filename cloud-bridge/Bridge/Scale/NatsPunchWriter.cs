using System.Collections.Concurrent;
using Devices.Bridge.Store;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace Devices.Bridge.Scale;

/// <summary>
/// The writer's end of NATS JetStream: takes the parts that are its own, commits each batch by the very rules of a bridge alone
/// (<see cref="IPunchStore.AppendAsync"/>, group commit), answers, and only then takes the message off the stream. A part is one writer's at a time, so that
/// a ledger's batches are committed in their order; should two have it for a moment, the ledger's row in the database decides, as ever.
/// </summary>
public sealed class NatsPunchWriter(NatsLink link, EngineMail mail, EngineOptions options, BridgeOptions bridge, IPunchStore store, INodeStore nodes, TimeProvider time, ILogger<NatsPunchWriter> log) : BackgroundService
{
    private const int InHand = 2048;
    private const ulong MostTries = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Renew = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _room = new(InHand);
    private readonly ConcurrentDictionary<int, (CancellationTokenSource Stop, Task Running)> _parts = new();

    /// <summary>The parts that it takes from now.</summary>
    public IReadOnlyCollection<int> Parts => [.. _parts.Keys];

    public override void Dispose()
    {
        _room.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await OpenAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ShareAsync(await nodes.ClaimPartsAsync(bridge.Node, options.Parts, Lease, stoppingToken));
            }
            catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException)
            {
                // Without the database nothing is committed anyway.
            }
            await Task.Delay(Renew, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await ShareAsync([]);
        using CancellationTokenSource limit = new(Drain);
        while (_room.CurrentCount < InHand && !limit.IsCancellationRequested) await Task.Delay(10, CancellationToken.None);
        try
        {
            await nodes.ReleasePartsAsync(bridge.Node, limit.Token);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException)
        {
            // They run out by themselves.
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await mail.OpenAsync(cancellationToken);
                await link.OpenStreamAsync(cancellationToken);
                return;
            }
            catch (Exception fault) when (fault is NatsException or StoreUnavailableException or OperationCanceledException)
            {
                if (cancellationToken.IsCancellationRequested) return;
                log.LogWarning("The engine's stream cannot be opened yet: {Fault}", fault.Message);
                await Task.Delay(Renew, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ShareAsync(IReadOnlyList<int> mine)
    {
        foreach (int part in _parts.Keys.Except(mine).ToArray())
            if (_parts.TryRemove(part, out (CancellationTokenSource Stop, Task Running) one))
            {
                await one.Stop.CancelAsync();
                await one.Running;
                one.Stop.Dispose();
            }
        int[] fresh = [.. mine.Where(part => !_parts.ContainsKey(part))];
        foreach (int part in fresh)
        {
            CancellationTokenSource stop = new();
            _parts[part] = (stop, Task.Run(() => TakeAsync(part, stop.Token), CancellationToken.None));
        }
        if (fresh.Length > 0) log.LogInformation("This writer takes parts {Parts} of {Count}.", string.Join(", ", _parts.Keys.Order()), options.Parts);
    }

    private async Task TakeAsync(int part, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                INatsJSConsumer consumer = await link.OpenConsumerAsync(part, cancellationToken);
                await foreach (INatsJSMsg<byte[]> message in consumer.ConsumeAsync<byte[]>(opts: new() { MaxMsgs = 256, Expires = TimeSpan.FromSeconds(5), IdleHeartbeat = TimeSpan.FromSeconds(1) }, cancellationToken: cancellationToken))
                {
                    await _room.WaitAsync(cancellationToken);
                    // Into the writer's queue in the order of the stream; what follows the commit may overtake.
                    _ = CommitAsync(message);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.LogDebug("Part {Part} of the engine's stream gives nothing now: {Fault}", part, fault.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task CommitAsync(INatsJSMsg<byte[]> message)
    {
        try
        {
            if (mail.Read(Header(message, EngineMail.IdHeader), Header(message, EngineMail.AnswerHeader), Header(message, EngineMail.ProofHeader), message.Data, out string why) is not { } request)
            {
                log.LogError("A message on {Subject} is thrown away: {Why}.", message.Subject, why);
                await message.AckTerminateAsync();
                return;
            }
            IngestResult result = await store.AppendAsync(request.Batch);
            byte[] answer = mail.WriteAnswer(request.Id, result);
            await link.Connection.PublishAsync(request.Answer, answer, new NatsHeaders { [EngineMail.ProofHeader] = mail.ProveAnswer(answer) });
            await message.AckAsync();
        }
        catch (StoreUnavailableException fault)
        {
            log.LogWarning("A batch waits on the engine: {Fault}", fault.Message);
            await QuietlyAsync(() => message.NakAsync(delay: TimeSpan.FromSeconds(1)));
        }
        catch (NatsException fault)
        {
            // Committed and perhaps not answered: its terminal sends it again, and it is found repeated.
            log.LogDebug("An answer did not go out: {Fault}", fault.Message);
        }
        catch (Exception fault)
        {
            log.LogError(fault, "A batch on {Subject} failed inside the bridge.", message.Subject);
            // Not answered, so its terminal keeps it; here it must not stand in the way for ever.
            if (message.Metadata?.NumDelivered >= MostTries) await QuietlyAsync(() => message.AckTerminateAsync());
            else await QuietlyAsync(() => message.NakAsync(delay: TimeSpan.FromSeconds(2)));
        }
        finally
        {
            _room.Release();
        }
    }

    private static string? Header(INatsJSMsg<byte[]> message, string name) => message.Headers is { } headers && headers.TryGetValue(name, out var value) ? value.ToString() : null;

    private static async Task QuietlyAsync(Func<ValueTask> tell)
    {
        try
        {
            await tell();
        }
        catch (Exception fault) when (fault is NatsException or OperationCanceledException)
        {
            // It comes again after the wait for its acknowledgement.
        }
    }
}
