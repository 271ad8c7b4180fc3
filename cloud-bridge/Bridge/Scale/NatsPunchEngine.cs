using System.Collections.Concurrent;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract.Messages;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Devices.Bridge.Scale;

/// <summary>
/// The ingest node's end of NATS JetStream: publishes a batch and waits for the answer of the writer that has committed it. Neither the
/// engine's own acknowledgement nor its copies count for anything here: a batch that the engine loses is not answered, and its terminal sends it again.
/// </summary>
public sealed class NatsPunchEngine(NatsLink link, EngineMail mail, EngineOptions options, BridgeOptions bridge, IPunchStore store, ILogger<NatsPunchEngine> log) : BackgroundService, IPunchEngine
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(150);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<IngestResult>> _waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<IngestResult> AppendAsync(PunchBatch batch, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        // An answer that nobody listens for yet would be lost.
        await _listening.Task.WaitAsync(cancellationToken);
        string id = Guid.NewGuid().ToString("N"), answer = options.AnswerSubject(bridge.Node);
        TaskCompletionSource<IngestResult> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = told;
        try
        {
            NatsHeaders headers = new() { [EngineMail.IdHeader] = id, [EngineMail.AnswerHeader] = answer, [EngineMail.ProofHeader] = mail.Prove(id, answer, payload.Span) };
            // The same bytes went this way within the last minutes, for a terminal that got no answer: whether they are committed, or still lie
            // before a writer, the store itself says, by the same rules. Whoever comes second finds them repeated.
            if (await PublishAsync(batch, payload, headers, cancellationToken)) return await store.AppendAsync(batch, cancellationToken);
            return await told.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await mail.OpenAsync(stoppingToken);
                await using INatsSub<byte[]> answers = await link.Connection.SubscribeCoreAsync<byte[]>(options.AnswerSubject(bridge.Node), cancellationToken: stoppingToken);
                _listening.TrySetResult();
                await foreach (NatsMsg<byte[]> message in answers.Msgs.ReadAllAsync(stoppingToken)) Take(message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.LogWarning("The engine's answers cannot be heard now: {Fault}", fault.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(NatsMsg<byte[]> message)
    {
        if (mail.ReadAnswer(message.Headers is { } headers && headers.TryGetValue(EngineMail.ProofHeader, out var proof) ? proof.ToString() : null, message.Data) is not { } answer)
            log.LogWarning("An answer on {Subject} was left out: no node of this bridge has written it.", message.Subject);
        // Nobody waits any more: its terminal was told to send again.
        else if (_waiting.TryGetValue(answer.Id, out TaskCompletionSource<IngestResult>? waiting)) waiting.TrySetResult(answer.Result);
    }

    /// <summary>Until the engine has taken it; true where it had it before.</summary>
    private async Task<bool> PublishAsync(PunchBatch batch, ReadOnlyMemory<byte> payload, NatsHeaders headers, CancellationToken cancellationToken)
    {
        NatsJSPubOpts once = new() { MsgId = EngineMail.MessageId(batch, payload.Span), RetryAttempts = 1 };
        string subject = options.InSubject(options.PartOf(batch.Terminal));
        while (true)
        {
            try
            {
                PubAckResponse ack = await link.JetStream.PublishAsync(subject, payload, opts: once, headers: new NatsHeaders(headers.ToDictionary()), cancellationToken: cancellationToken);
                if (ack.Error is null) return ack.Duplicate;
                log.LogDebug("The engine does not take a batch of {Terminal} now: {Fault}", batch.Terminal, ack.Error.Description);
            }
            // No leader, no connection, no stream yet: as long as the terminal waits.
            catch (Exception fault) when (fault is NatsException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                log.LogDebug("The engine cannot be reached now: {Fault}", fault.Message);
            }
            await Task.Delay(Again, cancellationToken);
        }
    }
}
