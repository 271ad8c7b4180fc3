using System.Collections.Concurrent;
using System.Threading.Channels;
using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet.Protocol;

namespace Devices.Bridge.Downlink;

/// <summary>
/// Sends down what terminals lack. Each session has a loop of its own that is woken by hello, by an answer and by news, and has one
/// message of a kind in flight; where it stands is what the terminal said, so that a restart on either side changes nothing.
/// </summary>
public sealed class DownlinkPump(
    RosterComposer composer, RosterLine line, RelayLine relayLine, Vault vault, IRosterChanges changes, IDownlinkStore store, ISiteStore sites,
    IConfigStore configs, ICommandStore commands, CertificateAuthority authority, IFleetStore fleet, IRolloutStore rollouts, ITerminalConnections connections, DownlinkOptions options, TimeProvider time, ILogger<DownlinkPump> log) : BackgroundService, ITerminalEar
{
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _wishes = new(StringComparer.Ordinal);
    private long _head;

    public bool Takes(string leaf) => leaf is Topics.Applied or Topics.Vault or Topics.Result;

    public async Task<Reply> TakeAsync(UpMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Leaf == Topics.Vault)
        {
            (Reply reply, bool news) = await vault.TakeAsync(message, cancellationToken);
            if (news)
                foreach (Session one in _sessions.Values) one.Wake();
            return reply;
        }
        if (message.Leaf == Topics.Result) return await ResultAsync(message, cancellationToken);
        if (!ContractCodec.TryRead(message.Payload.Span, ContractJson.Default.AppliedMessage, out AppliedMessage? applied, out Problem? problem))
            return Reply.Refuse(Reply.CodeOf(problem!.Code), problem.Code, problem.Text);
        if (Fault(applied!) is { } fault) return Reply.Refuse(MqttPubAckReasonCode.PayloadFormatInvalid, ProblemCodes.Malformed, fault);
        await StandAsync(message.Session, applied!, cancellationToken);
        return Reply.Done;
    }

    public void Greeted(TerminalSession session, HelloMessage hello)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(hello);
        // A terminal that does not speak of it does not take rosters.
        if (hello.Applied is not { } applied) return;
        Session added = new(session, new TerminalRoster(composer, () => line.Current, options, time), new TerminalRelay(session.Terminal, sites, relayLine, options, time),
            new TerminalConfig(session.Terminal, configs, options, time), new TerminalOrders(session.Terminal, commands, options, time), new TerminalTrust(authority, options, time),
            new TerminalUpdates(session.Terminal, rollouts, options, time));
        Session kept = _sessions.AddOrUpdate(session.Terminal, added, (_, old) => ReferenceEquals(old.Terminal, session) ? old : added);
        _ = FirstAsync(kept, Fault(applied) is null ? applied : new(), run: ReferenceEquals(kept, added));
    }

    public StateMessage Want(string terminal, StateMessage state) => state with { RosterRevision = Interlocked.Read(ref _head), ConfigRevision = _wishes.GetValueOrDefault(terminal) };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long cleaned = -1, looks = 0, told = 0;
        string roots = "";
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                long head = await changes.RevisionAsync(stoppingToken);
                Interlocked.Exchange(ref _head, head);
                if (options.Shared)
                {
                    await line.OpenAsync(stoppingToken);
                    await relayLine.OpenAsync(stoppingToken);
                }
                if (head != cleaned && options.Keeps)
                {
                    await vault.CleanAsync(line.Current, stoppingToken);
                    cleaned = head;
                }
                if (options.Keeps && looks % 5 == 0 && await commands.ExpireAsync(stoppingToken) is > 0 and int expired) log.LogWarning("{Count} commands expired before their terminals carried them out.", expired);
                bool gone = options.Keeps && looks++ % 5 == 0 && await sites.MarkGoneAsync(stoppingToken);
                long wishes = await sites.NewsAsync(stoppingToken);
                string now = string.Join(' ', authority.Roots.Select(one => one.Fingerprint));
                foreach (Session one in _sessions.Values) one.Look(head, gone || wishes != told || now != roots);
                (told, roots) = (wishes, now);
            }
            catch (StoreUnavailableException fault)
            {
                log.LogWarning("Nothing goes down to terminals now: {Fault}", fault.Message);
            }
            await Task.Delay(options.LookEvery, time, stoppingToken);
        }
    }

    // Hello: first what it says is kept, then the loop begins.
    private async Task FirstAsync(Session one, AppliedMessage applied, bool run)
    {
        try
        {
            await StandAsync(one.Terminal, applied, one.Terminal.Ended);
            if (run) await RunAsync(one);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "The downlink of {Terminal} failed; it begins again with its next hello.", one.Terminal.Terminal);
        }
        finally
        {
            if (run) _sessions.TryRemove(KeyValuePair.Create(one.Terminal.Terminal, one));
        }
    }

    private async Task StandAsync(TerminalSession session, AppliedMessage applied, CancellationToken cancellationToken)
    {
        if (applied.Roster is { } roster)
        {
            // Further than we are ourselves: this store was restored from an older copy, and what was told since means something else now.
            if (roster.Line == line.Current && roster.Revision > await changes.RevisionAsync(cancellationToken))
                await line.RenewAsync(roster.Line, $"{session.Terminal} stands at roster revision {roster.Revision}, which this store never reached", cancellationToken);
            await store.SaveAppliedAsync(session.Terminal, roster, cancellationToken);
            foreach (Erasure erased in roster.Erased)
                log.LogInformation("{Terminal} has erased a leaver (revision {Revision}): {Templates} templates, {Cards} cards, {Pins} PINs.", session.Terminal, erased.Revision, erased.Templates, erased.Cards, erased.Pins);
            if (roster.Problem is { } problem) log.LogWarning("{Terminal} about its roster: {Problem}", session.Terminal, problem);
        }
        if (applied.Relay is { } relay)
        {
            Guid line = relayLine.Current;
            if (relay.Line == relayLine.Of((await sites.ExchangeAsync(session.Terminal, cancellationToken)).Salt) && relay.Revision > await sites.HeadAsync(session.Terminal, cancellationToken))
                await relayLine.RenewAsync(line, $"{session.Terminal} stands at revision {relay.Revision} of its site's records, which this store never reached", cancellationToken);
            await sites.SaveReachAsync(session.Terminal, relay, cancellationToken);
            if (relay.Problem is { } problem) log.LogWarning("{Terminal} about its site's records: {Problem}", session.Terminal, problem);
        }
        if (applied.Config is { } config)
        {
            await configs.SaveReportAsync(session.Terminal, config, cancellationToken);
            foreach ((string key, string why) in config.Refused) log.LogWarning("{Terminal} does not take {Key}: {Why}", session.Terminal, key, why);
        }
        if (applied.Trust is { } trust)
        {
            await fleet.SaveTrustAsync(session.Terminal, trust.Roots, cancellationToken);
            if (trust.Problem is { } problem) log.LogWarning("{Terminal} about the bridge's roots: {Problem}", session.Terminal, problem);
        }
        if (applied.Update is { } update)
        {
            await rollouts.SaveReportAsync(session.Terminal, update, cancellationToken);
            foreach (UpdateProgress step in update.Progress.Where(p => p.State is UpdateStates.RolledBack or UpdateStates.Refused)) log.LogWarning("{Terminal} about {Kind} {Version}: {State}: {Why}", session.Terminal, step.Kind, step.Version, step.State, step.Text);
        }
        if (_sessions.TryGetValue(session.Terminal, out Session? one) && ReferenceEquals(one.Terminal, session)) one.Stand(applied);
    }

    private async Task<Reply> ResultAsync(UpMessage message, CancellationToken cancellationToken)
    {
        string terminal = message.Session.Terminal;
        if (!ContractCodec.TryRead(message.Payload.Span, ContractJson.Default.CommandResult, out CommandResult? result, out Problem? problem))
            return Reply.Refuse(Reply.CodeOf(problem!.Code), problem.Code, problem.Text);
        if (CommandRules.Check(result!) is { } fault) return Reply.Refuse(MqttPubAckReasonCode.PayloadFormatInvalid, ProblemCodes.Malformed, fault);
        // One that this store does not know (it was restored from a copy) is taken all the same: the terminal need not keep it for ever.
        if (!await commands.SettleAsync(terminal, result!, cancellationToken)) log.LogWarning("{Terminal} answers a command {Id} that this bridge does not know: {State}.", terminal, result!.Id, result.State);
        else log.LogInformation("{Terminal} about command {Id}: {State}: {Text}", terminal, result!.Id, result.State, result.Text);
        if (_sessions.TryGetValue(terminal, out Session? one)) one.Answer(result.Id);
        return Reply.Done;
    }

    private async Task RunAsync(Session one)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(one.Terminal.Ended);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await StepAsync(one, stop.Token);
            }
            catch (StoreUnavailableException fault)
            {
                log.LogWarning("{Terminal} gets no roster now: {Fault}", one.Terminal.Terminal, fault.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await one.WaitAsync(options.SendAgain, time, stop.Token);
        }
    }

    private async Task StepAsync(Session one, CancellationToken cancellationToken)
    {
        one.TakeNews();
        // Before the first pull there is no roster: an empty one would erase everybody.
        if (await changes.RevisionAsync(cancellationToken) > 0 && await one.Roster.NextAsync(cancellationToken) is { } next
            && await connections.SendAsync(one.Terminal, Topics.Roster, next.Payload))
        {
            RosterMessage roster = next.Message;
            log.LogInformation("{Terminal} is sent {What}: {People} people, {Gone} leavers.", one.Terminal.Terminal,
                roster.Snapshot is { } part ? $"part {part.Part} of the whole roster" : $"roster changes {roster.From} to {roster.Through}", roster.People.Count, roster.Gone.Count);
        }
        (ConfigWish wish, byte[]? config) = await one.Config.NextAsync(cancellationToken);
        _wishes[one.Terminal.Terminal] = wish.Revision;
        if (config is not null && await connections.SendAsync(one.Terminal, Topics.Config, config))
            log.LogInformation("{Terminal} is sent configuration {Revision}: {Count} settings.", one.Terminal.Terminal, wish.Revision, wish.Settings.Count);
        if (one.Trust.Next() is { } trust && await connections.SendAsync(one.Terminal, Topics.Trust, trust))
            log.LogInformation("{Terminal} is sent the bridge's {Count} roots.", one.Terminal.Terminal, authority.Roots.Count);
        if (await one.Orders.NextAsync(cancellationToken) is { } order && await connections.SendAsync(one.Terminal, Topics.Command, order.Payload))
        {
            await commands.MarkSentAsync(order.Row.Id, cancellationToken);
            log.LogInformation("{Terminal} is sent command {Id}: {Kind}.", one.Terminal.Terminal, order.Row.Id, order.Row.Kind);
        }
        if (await one.Updates.NextAsync(cancellationToken) is { } update && await connections.SendAsync(one.Terminal, Topics.Update, update.Payload))
            log.LogInformation("{Terminal} is sent a wish for {Count} versions.", one.Terminal.Terminal, update.Wish.Wanted.Count);
        if (await one.Relay.NextAsync(cancellationToken) is { } relay && await connections.SendAsync(one.Terminal, Topics.Relay, relay.Payload))
            log.LogInformation("{Terminal} is sent {Count} sealed records of its site, through {Through}.", one.Terminal.Terminal, relay.Message.Records.Count, relay.Message.Through);
    }

    private static string? Fault(AppliedMessage applied) => applied.Trust is { } trust && TrustRules.Check(trust) is { } untrusted ? untrusted : applied.Config is { } config && ConfigRules.Check(config) is { } fault ? fault : applied.Update is { } update && UpdateRules.Check(update) is { } odd ? odd : applied.Relay is { } relay && (relay.Line == Guid.Empty || relay.Revision < 0 || relay.Problem?.Length > 500 || relay.Site?.Length > SiteNames.MaxLength)
        ? "An applied relay has a line, a revision from 0 and a problem of at most 500 characters." : applied.Roster is { } roster ? Fault(roster) : null;

    private static string? Fault(RosterApplied roster) =>
        roster.Line == Guid.Empty || roster.Revision < 0 ? "An applied roster has a line and a revision from 0."
        : roster.Erased.Count > RosterRules.MaxPeople || roster.Erased.Any(one => one is null || RosterRules.CheckId(one.Person) is not null || one.Revision < 1 || one.At < 0)
            ? $"There are more than {RosterRules.MaxPeople} erasures, or one without person, revision and time."
        : roster.Problem?.Length > 500 ? "problem is longer than 500 characters." : null;

    private sealed class Session(TerminalSession terminal, TerminalRoster roster, TerminalRelay relay, TerminalConfig config, TerminalOrders orders, TerminalTrust trust, TerminalUpdates updates)
    {
        private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly Lock _gate = new();
        private readonly Queue<AppliedMessage> _told = [];
        private readonly Queue<Guid> _answered = [];
        private bool _first = true;
        private long _seen = -1;

        public TerminalSession Terminal => terminal;

        public TerminalRoster Roster => roster;

        public TerminalRelay Relay => relay;

        public TerminalConfig Config => config;

        public TerminalOrders Orders => orders;

        public TerminalTrust Trust => trust;

        public TerminalUpdates Updates => updates;

        /// <summary>The terminal has answered a command: the next one may go.</summary>
        public void Answer(Guid id)
        {
            lock (_gate) _answered.Enqueue(id);
            Wake();
        }

        public void Stand(AppliedMessage applied)
        {
            lock (_gate) _told.Enqueue(applied);
            Wake();
        }

        /// <summary>Wakes it where there is something that it was not woken for.</summary>
        public void Look(long head, bool news)
        {
            if (Interlocked.Exchange(ref _seen, head) != head || news) Wake();
        }

        /// <summary>Takes over what the terminal has said since; for the session's loop only.</summary>
        public void TakeNews()
        {
            lock (_gate)
            {
                while (_told.TryDequeue(out AppliedMessage? told))
                {
                    // An answer about the one is none about the other; hello speaks of both.
                    if (told.Roster is not null || _first) roster.Stand(told.Roster);
                    if (told.Relay is not null || _first) relay.Stand(told.Relay);
                    if (told.Config is not null || _first) config.Stand(told.Config);
                    if (_first) roster.JudgesConsent = told.FaceConsent == true;
                    if (told.Trust is not null || _first) trust.Stand(told.Trust);
                    if (told.Update is not null || _first) updates.Stand(told.Update);
                    if (_first) orders.Stand(told.Commands == true);
                    _first = false;
                }
                while (_answered.TryDequeue(out Guid id)) orders.Answered(id);
            }
        }

        public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        {
            using CancellationTokenSource late = new(limit, time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            try
            {
                await _wake.Reader.ReadAsync(both.Token);
            }
            catch (OperationCanceledException)
            {
                // Time to look again, or the end, which the caller sees.
            }
        }

        public void Wake() => _wake.Writer.TryWrite(true);
    }
}
