using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Devices.Bridge.Store;
using Devices.Bridge.Telemetry;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using MQTTnet.Protocol;

namespace Devices.Bridge.Ingest;

/// <summary>
/// One publish in, one reply out. Returns only when what was accepted is committed: MQTTnet sends PUBACK after the interceptor that
/// awaits this, so a success on PUBACK means durable (thingsboard-gateway#509).
/// </summary>
public sealed class IngestRouter(
    IPunchStore punches, IPunchEngine engine, IPresence presence, ITerminalStore terminals, MqttRefusals refusals, ITerminalConnections connections, StorePressure pressure, KnownMarks marks, IPhotoIntake photos,
    PressureOptions options, IEnumerable<ITerminalEar> ears, TimeProvider time, ILogger<IngestRouter> log)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);


    public async Task<Reply> HandleAsync(TerminalSession session, MQTTnet.MqttApplicationMessage publish)
    {
        ArgumentNullException.ThrowIfNull(session);
        (UpMessage? message, Reply? refusal) = UpMessage.Read(session, publish);
        using Activity? span = BridgeTraces.Publish(session.Terminal, message?.Leaf ?? "unknown");
        Reply reply = await AnswerAsync(session, publish, message, refusal);
        if (reply.Problem is { } problem) BridgeMeters.Refused(problem.Code);
        BridgeTraces.End(span, reply.Problem?.Code ?? "stored");
        return reply;
    }

    private async Task<Reply> AnswerAsync(TerminalSession session, MQTTnet.MqttApplicationMessage publish, UpMessage? message, Reply? refusal)
    {
        bool givesWay = message is not null && IsPhoto(message.Leaf);
        if (pressure.TryEnter(givesWay) is not { } passage)
        {
            Reply busy = Busy(session, "The bridge is behind with storing; send again later.");
            return givesWay ? busy : busy with { SlowDownMs = pressure.NextTurnMs(connections.Count) };
        }
        // Not the session's token: what the store has taken in hand is finished, also for a terminal that went away.
        CancellationTokenSource limit = new(options.AnswerWithin, time);
        Task<Reply> work = WorkAsync(session, publish, message, refusal, passage, limit);
        try
        {
            // The patience of the store's own queue ends with the token; that of a commit in hand ends here.
            return Paced(await work.WaitAsync(options.AnswerWithin + Grace, time));
        }
        catch (TimeoutException)
        {
            log.LogWarning("The store did not take a message of {Terminal} within {Milliseconds} ms; it was not acknowledged and will be sent again.", session.Terminal, options.AnswerWithinMs);
            return Busy(session, "The bridge did not finish storing in time; send again later.");
        }
    }

    private async Task<Reply> WorkAsync(TerminalSession session, MQTTnet.MqttApplicationMessage publish, UpMessage? message, Reply? refusal, StorePressure.Passage passage, CancellationTokenSource limit)
    {
        using (limit)
        {
            try
            {
                Reply reply = refusal ?? await RouteAsync(message!, limit.Token);
                // Refused without the store having been asked, it says nothing about the store.
                passage.End(reply.State is null && reply.Problem is not null ? null : true);
                // Gaps, chains and forks are written down with the ledger, in its own transaction.
                if (reply.Problem is { } problem && reply.State is null) return IsWaitingPhoto(message, problem) ? reply : await RefusedAsync(session, publish, reply);
                if (reply.Problem is { } told) log.LogWarning("Refused from {Terminal}: {Text}", session.Terminal, told.Text);
                return reply;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                passage.End(stored: null);
                return Busy(session, "The bridge is behind with storing; send again later.");
            }
            catch (StoreUnavailableException fault)
            {
                passage.End(stored: false);
                log.LogError("A message of {Terminal} could not be stored and will be sent again: {Fault}", session.Terminal, fault.Message);
                return Busy(session, "The bridge cannot store now; send again later.");
            }
            catch (Exception fault)
            {
                passage.End(stored: null);
                log.LogError(fault, "A message of {Terminal} on {Topic} failed inside the bridge", session.Terminal, publish.Topic);
                return Busy(session, "The bridge failed on this message; send again later.");
            }
        }
    }

    private async Task<Reply> RefusedAsync(TerminalSession session, MQTTnet.MqttApplicationMessage publish, Reply reply)
    {
        await refusals.RaiseAsync(session.Terminal, reply.Problem!.Code, reply.Problem.Text, session.Ledger);
        try
        {
            return await WithStateAsync(session, reply);
        }
        catch (StoreUnavailableException fault)
        {
            log.LogError("The refusal of a message of {Terminal} on {Topic} goes without a state: {Fault}", session.Terminal, publish.Topic, fault.Message);
            return reply;
        }
    }

    // With the last durable watermark where one is known: the terminal reads the pause in the state, and frees what is stored.
    private Reply Busy(TerminalSession session, string text)
    {
        Problem problem = new() { Code = ProblemCodes.Unavailable, Text = text };
        StateMessage? state = marks.Find(session.Terminal, session.Ledger) is { } mark ? State(mark, problem) : null;
        return new(MqttPubAckReasonCode.UnspecifiedError, problem, state) { SlowDownMs = Math.Max(pressure.PauseMs, options.SlowAfterMs) };
    }

    private Reply Paced(Reply reply) => reply.SlowDownMs > 0 || pressure.PauseMs is not (> 0 and var pause) ? reply : reply with { SlowDownMs = pause };

    // A photo that is not wanted, or not yet, is no fault of the terminal's and nothing for the exceptions list.
    private static bool IsWaitingPhoto(UpMessage? message, Problem problem) =>
        message is not null && IsPhoto(message.Leaf) && problem.Code is ProblemCodes.Unwanted or ProblemCodes.Gap or ProblemCodes.Unavailable;

    private static bool IsPhoto(string leaf) => leaf.StartsWith(Topics.Photo + "/", StringComparison.Ordinal);

    private async Task<Reply> RouteAsync(UpMessage message, CancellationToken cancellationToken)
    {
        foreach (ITerminalEar ear in ears)
            if (await ear.JudgeAsync(message, cancellationToken) is { } refusal) return refusal;
        return await ReadAsync(message, cancellationToken);
    }

    private Task<Reply> ReadAsync(UpMessage message, CancellationToken cancellationToken) => message.Leaf switch
    {
        Topics.Punches => PunchesAsync(message, cancellationToken),
        Topics.Hello => HelloAsync(message, cancellationToken),
        Topics.Event => EventAsync(message, cancellationToken),
        Topics.Status => StatusAsync(message, cancellationToken),
        _ when IsPhoto(message.Leaf) => PhotoAsync(message, cancellationToken),
        _ when ears.FirstOrDefault(one => one.Takes(message.Leaf)) is { } ear => ear.TakeAsync(message, cancellationToken),
        _ => Task.FromResult(Reply.Refuse(MqttPubAckReasonCode.ImplementationSpecificError, ProblemCodes.Malformed,
            $"This bridge does not take '{message.Leaf.Split('/')[0]}' yet; keep it.")),
    };

    private async Task<Reply> PunchesAsync(UpMessage message, CancellationToken cancellationToken)
    {
        if (!TryRead(message, ContractJson.Default.PunchBatch, out PunchBatch? batch, out Reply? bad)) return bad!;
        if (Foreign(message, batch!.Terminal) is { } foreign) return foreign;
        if (batch.Punches.Count == 0) return Bad("The batch holds no punch.");
        if (batch.Punches.Count > Protocol.MaxBatch)
            return Reply.Refuse(MqttPubAckReasonCode.QuotaExceeded, ProblemCodes.Oversized, $"The batch holds {batch.Punches.Count} punches; {Protocol.MaxBatch} are the limit.");
        foreach (Punch punch in batch.Punches)
        {
            if (punch is null) return Bad("The batch holds a null where a punch should be.");
            if (punch.Terminal != batch.Terminal) return Foreign(message, punch.Terminal)!;
            if (punch.Ledger != batch.Ledger) return Bad($"Punch {punch.Seq} belongs to ledger {punch.Ledger}, the batch to {batch.Ledger}.");
            if (punch.Seq < 1) return Bad($"Punch {punch.Seq}: seq must count from 1.");
        }
        message.Session.Ledger = batch.Ledger;
        DateTimeOffset began = time.GetUtcNow();
        IngestResult result = await engine.AppendAsync(batch, message.Payload, cancellationToken);
        BridgeMeters.Batch(batch.Punches.Count, result.Added, result.Repeated);
        BridgeTraces.Stored(batch, result.Mark.Through - result.Added + 1, result.Added, began, Activity.Current);
        if (result.Added > 0)
            log.LogInformation("{Terminal}: punches {From} to {Through} stored.", batch.Terminal, result.Mark.Through - result.Added + 1, result.Mark.Through);
        return Answer(result);
    }

    private async Task<Reply> PhotoAsync(UpMessage message, CancellationToken cancellationToken)
    {
        Problem? problem = await photos.TakeAsync(message.Session.Terminal, Content(message.Leaf), message.Payload, cancellationToken);
        BridgeMeters.Photo(problem?.Code ?? "stored");
        return problem is null ? Reply.Done : Reply.Refuse(Reply.CodeOf(problem.Code), problem.Code, problem.Text);
    }

    // The topic may spell it in either case; files and rows have one.
    private static string Content(string leaf) => PunchChain.TryParseHex(leaf[(Topics.Photo.Length + 1)..], out byte[] sha256) ? PunchChain.ToHex(sha256) : "";

    private async Task<Reply> HelloAsync(UpMessage message, CancellationToken cancellationToken)
    {
        if (!TryRead(message, ContractJson.Default.HelloMessage, out HelloMessage? hello, out Reply? bad)) return bad!;
        if (Foreign(message, hello!.Terminal) is { } foreign) return foreign;
        if (hello.Ledger == Guid.Empty) return Bad("The ledger id is empty.");
        if (hello.LastSeq < 0) return Bad($"last_seq {hello.LastSeq} is below 0.");
        if (!PunchChain.TryParseHex(hello.LastChain, out _)) return Bad("last_chain is not a SHA-256 in hex.");
        if (hello.Boot.Length > 128 || hello.Versions.Count > 32 || hello.Versions.Any(one => one.Key.Length > 64 || one.Value is null || one.Value.Length > 128))
            return Bad("boot or versions are longer than anything sensible.");
        message.Session.Ledger = hello.Ledger;
        IngestResult result = await punches.GreetAsync(hello, cancellationToken);
        foreach (ITerminalEar ear in ears) ear.Greeted(message.Session, hello);
        log.LogInformation("{Terminal} says hello: ledger {Ledger} ends at {LastSeq}, {Through} are stored.", hello.Terminal, hello.Ledger, hello.LastSeq, result.Mark.Through);
        return Answer(result);
    }

    private async Task<Reply> EventAsync(UpMessage message, CancellationToken cancellationToken)
    {
        if (!TryRead(message, ContractJson.Default.EventMessage, out EventMessage? told, out Reply? bad)) return bad!;
        if (told!.Id.Length is 0 or > 64 || told.Kind.Length is 0 or > 32 || told.Text.Length > 500 || told.At < 0)
            return Bad("An event has an id of 1 to 64 characters, a kind of 1 to 32, a text of at most 500 and a time.");
        if (await terminals.SaveEventAsync(message.Session.Terminal, told, cancellationToken)) log.LogInformation("{Terminal}: {Kind}: {Text}", message.Session.Terminal, told.Kind, told.Text);
        return Reply.Done;
    }

    private async Task<Reply> StatusAsync(UpMessage message, CancellationToken cancellationToken)
    {
        if (!TryRead(message, ContractJson.Default.StatusMessage, out StatusMessage? status, out Reply? bad)) return bad!;
        if (status!.Versions.Count > 32 || status.Clock?.Length > 32 || status.Temperature is { } t && !double.IsFinite(t)) return Bad("versions, clock or temperature are out of range.");
        if (status.Health?.Check() is { } impossible) return Bad(impossible);
        // The will of a connection that another node has taken over says nothing about the terminal.
        if (!status.Online && !await presence.IsHereAsync(message.Session, cancellationToken)) return Reply.Done;
        await terminals.SaveStatusAsync(message.Session.Terminal, status, status.Online && connections.IsConnected(message.Session.Terminal), cancellationToken);
        return Reply.Done;
    }

    private Reply Answer(IngestResult result)
    {
        marks.Learn(result.Mark);
        return new(result.Problem is { } problem ? Reply.CodeOf(problem.Code) : MqttPubAckReasonCode.Success, result.Problem, State(result.Mark, result.Problem));
    }

    /// <summary>Adds the state that carries the problem: with the watermark of the ledger last named, so that the terminal can go on from it.</summary>
    private async Task<Reply> WithStateAsync(TerminalSession session, Reply reply)
    {
        Guid ledger = session.Ledger ?? (await terminals.FindTerminalAsync(SiteScope.All, session.Terminal))?.Ledger ?? Guid.Empty;
        LedgerMark mark = await punches.FindLedgerAsync(session.Terminal, ledger) ?? new(session.Terminal, ledger, 0, PunchChain.Genesis(ledger), false, null);
        return reply with { State = State(mark, reply.Problem) };
    }

    private StateMessage State(LedgerMark mark, Problem? problem) => ears.Aggregate(new StateMessage
    {
        Ledger = mark.Ledger,
        Through = mark.Through,
        Chain = PunchChain.ToHex(mark.Chain),
        Now = time.GetUtcNow().ToUnixTimeMilliseconds(),
        Problem = problem,
    }, (state, ear) => ear.Want(mark.Terminal, state));

    private static Reply? Foreign(UpMessage message, string named) => named == message.Session.Terminal ? null
        : Reply.Refuse(MqttPubAckReasonCode.NotAuthorized, ProblemCodes.WrongTerminal,
            $"The message names terminal '{(named.Length > 40 ? named[..40] + "…" : named)}', the certificate {message.Session.Terminal}.");

    private static Reply Bad(string text) => Reply.Refuse(MqttPubAckReasonCode.PayloadFormatInvalid, ProblemCodes.Malformed, text);

    private static bool TryRead<T>(UpMessage message, JsonTypeInfo<T> type, out T? value, out Reply? refusal) where T : class
    {
        bool read = ContractCodec.TryRead(message.Payload.Span, type, out value, out Problem? problem);
        refusal = read ? null : Reply.Refuse(Reply.CodeOf(problem!.Code), problem.Code, problem.Text);
        return read;
    }
}
