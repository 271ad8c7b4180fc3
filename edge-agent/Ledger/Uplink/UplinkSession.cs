using System.Globalization;
using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>
/// The terminal's side of the contract with the bridge (design section 6). Sends sealed punches oldest first, one batch in flight; marks
/// them acknowledged only on a watermark in <c>state</c> whose chain equals the ledger's own; never on a PUBACK. Reconnects for ever.
/// </summary>
/// <remarks>One loop owns all of it, so there are no locks; other threads only nudge it or read <see cref="Status"/>.</remarks>
public sealed partial class UplinkSession
{
    // After a negative PUBACK the state that explains it is already on its way, or there is none.
    private static readonly TimeSpan RefusedStateWait = TimeSpan.FromSeconds(1);
    private readonly UplinkOptions _options;
    private readonly LedgerStore _ledger;
    private readonly TrustedClock _clock;
    private readonly IUplinkHost _host;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Backoff _reconnect;
    private readonly Backoff _pause;
    private readonly RateGate _rate;

    private volatile UplinkConnection? _connection;
    private UplinkStatus _status;
    private long _confirmed;
    private long _connects;
    private int _batchLimit;
    private int _inFlight;
    private bool _problemSeen;
    private bool _pauseWanted;
    private long _gapAt = -1;
    private TimeSpan _slowDown;
    private bool _slowed;
    private long _quietUntil;
    private long? _eventsPausedAt;
    private bool _answered;
    private volatile bool _again;
    private long _chainRefusedAt = -1;
    private string? _stopped;
    private string? _stopTold;
    private long? _toShow;
    private bool _shown;
    private DateTimeOffset? _lastAnswer;

    /// <param name="options">Validated here.</param>
    /// <param name="host">Defaults to one that adds nothing.</param>
    public UplinkSession(UplinkOptions options, LedgerStore ledger, TrustedClock clock, IUplinkHost? host = null, TimeProvider? time = null, ILogger? log = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        if (options.Terminal != ledger.Terminal) throw new ArgumentException($"The uplink is for terminal '{options.Terminal}', the ledger for '{ledger.Terminal}'.");
        (_options, _ledger, _clock) = (options, ledger, clock);
        _host = host ?? new QuietHost();
        _time = time ?? TimeProvider.System;
        _log = log ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        _reconnect = new(options.BackoffFirst, options.BackoffCap);
        _pause = new(options.BackoffFirst, options.BackoffCap);
        _rate = new(options.DrainPerSecond, _time);
        _batchLimit = options.MaxBatch;
        _status = new(UplinkCondition.Idle, "The uplink has not started.", _time.GetUtcNow(), ledger.Acknowledged, 0, null);
    }

    /// <summary>The uplink as it stands; any thread.</summary>
    public UplinkStatus Status => Volatile.Read(ref _status);

    /// <summary>What it does, in plain words; raised from the loop.</summary>
    public event Action<UplinkNote>? Noted;

    /// <summary>Publishes a message of the host's (<c>result</c>, <c>applied</c> …) with QoS 1.</summary>
    /// <returns>True on a PUBACK with success; false where there is no link or it was refused.</returns>
    public async Task<bool> TryPublishAsync(string leaf, byte[] payload, CancellationToken cancellation = default) =>
        (await PublishAsync(leaf, payload, cancellation).ConfigureAwait(false)).Taken;

    /// <summary>As <see cref="TryPublishAsync"/>, with the bridge's reason where it did not take the message.</summary>
    public async Task<PublishAnswer> PublishAsync(string leaf, byte[] payload, CancellationToken cancellation = default)
    {
        if (!Topics.IsUp(leaf)) throw new ArgumentException($"Terminals do not publish on '{leaf}'.", nameof(leaf));
        if (_connection is not { } connection) return PublishAnswer.NoLink;
        try
        {
            if (await connection.PublishAsync(leaf, payload, retain: false, cancellation).ConfigureAwait(false) is not { } refusal) return PublishAnswer.Done;
            Quieten(refusal.SlowDownMs);
            return new(false, refusal.Code, refusal.Words, refusal.SlowDownMs) { Refused = true };
        }
        catch (UplinkFaultException)
        {
            return PublishAnswer.NoLink;
        }
        catch (ObjectDisposedException)
        {
            return PublishAnswer.NoLink;
        }
    }

    /// <summary>
    /// For how long the bridge has asked that nothing be sent that can wait; null while there is no link, or punches are stopped. Any thread.
    /// </summary>
    public TimeSpan? Quiet
    {
        get
        {
            if (_connection is null || Status.Condition != UplinkCondition.Online) return null;
            long until = Volatile.Read(ref _quietUntil);
            long now = _time.GetTimestamp();
            return until > now ? _time.GetElapsedTime(now, until) : TimeSpan.Zero;
        }
    }

    private void Quieten(long ms)
    {
        if (ms <= 0) return;
        long until = _time.GetTimestamp() + (long)(Math.Min(ms, _options.SlowDownCap.TotalMilliseconds) / 1000 * _time.TimestampFrequency);
        for (long seen = Volatile.Read(ref _quietUntil); until > seen;)
        {
            long before = Interlocked.CompareExchange(ref _quietUntil, until, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    /// <summary>Keeps the link until cancelled; then says good-bye. Throws nothing else.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        void OnSealed(long _) => _connection?.Nudge();
        void OnEvent() => _connection?.Nudge();
        _ledger.SealedAdvanced += OnSealed;
        _ledger.Events.Added += OnEvent;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                string why = await OneConnectionAsync(cancellation).ConfigureAwait(false);
                if (cancellation.IsCancellationRequested) break;
                if (_answered) _reconnect.Reset();
                if (_again) continue;
                TimeSpan wait = _reconnect.Next();
                Turn(UplinkCondition.Offline, why);
                Note(UplinkNoteKind.Lost, string.Create(CultureInfo.InvariantCulture, $"{why} {_ledger.Queue} punches wait; next try in {wait.TotalSeconds:0.#} s."));
                await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            _ledger.SealedAdvanced -= OnSealed;
            _ledger.Events.Added -= OnEvent;
            Turn(UplinkCondition.Idle, "The uplink was stopped.");
        }
    }

    /// <summary>Ends the link in order and makes another, with what <see cref="UplinkOptions.Identity"/> gives then. Any thread; does not wait.</summary>
    public void Reconnect()
    {
        _again = true;
        _connection?.Nudge();
    }

    private async Task<string> OneConnectionAsync(CancellationToken cancellation)
    {
        _answered = false;
        _again = false;
        Turn(UplinkCondition.Connecting, $"Connecting to {_options.Host}:{_options.Port}.");
        try
        {
            var tls = UplinkTls.Load(_options, JudgeTime.Of(_clock));
            await using UplinkConnection connection = await UplinkConnection.OpenAsync(_options, tls, _time, () => _clock.MonotonicMs, cancellation).ConfigureAwait(false);
            _connection = connection;
            _connects++;
            try
            {
                await ServeAsync(connection, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await SayGoodByeAsync(connection).ConfigureAwait(false);
            }
            return _again ? "The terminal connects again with its renewed certificate." : "The uplink was stopped.";
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return "The uplink was stopped.";
        }
        catch (UplinkFaultException fault)
        {
            _log.LogInformation("{Text}", fault.Message);
            if (!_answered) _options.Identity?.Failed(fault.Refused, fault.Reached, fault.Message);
            return fault.Message;
        }
        catch (ChannelClosedException closed)
        {
            // The link ended while nothing was read from it; why, the connection has put into the channel.
            return closed.InnerException is UplinkFaultException fault ? fault.Message : "The link to the bridge ended.";
        }
        catch (LedgerException fault)
        {
            _log.LogError(fault, "The uplink could not use the ledger.");
            return fault.Message;
        }
        catch (Exception fault)
        {
            // Whatever it was, the terminal must come back by itself.
            _log.LogError(fault, "The uplink failed.");
            return $"The uplink failed: {fault.Message}";
        }
        finally
        {
            _connection = null;
            _inFlight = 0;
        }
    }

    private async Task ServeAsync(UplinkConnection connection, CancellationToken cancellation)
    {
        await GreetAsync(connection, cancellation).ConfigureAwait(false);
        await SendStatusAsync(connection, online: true, cancellation).ConfigureAwait(false);
        if (_ledger.SealedThrough - _confirmed > _options.MaxBatch)
            await Task.Delay(_options.DrainJitter * Random.Shared.NextDouble(), _time, cancellation).ConfigureAwait(false);
        long statusAt = _time.GetTimestamp();
        long askedAt = statusAt;
        long pausedAt = 0;
        TimeSpan pause = TakeSlowDown();
        if (pause > TimeSpan.Zero) pausedAt = statusAt;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_again)
            {
                await connection.CloseAsync(cancellation).ConfigureAwait(false);
                return;
            }
            if (_time.GetElapsedTime(statusAt) >= _options.StatusEvery)
            {
                await SendStatusAsync(connection, online: true, cancellation).ConfigureAwait(false);
                statusAt = _time.GetTimestamp();
            }
            if (_stopped is not null && _time.GetElapsedTime(askedAt) >= _options.AskAgainWhenStopped)
            {
                await GreetAsync(connection, cancellation).ConfigureAwait(false);
                askedAt = _time.GetTimestamp();
            }
            await SendEventsAsync(connection, cancellation).ConfigureAwait(false);
            await ShowAsync(connection, cancellation).ConfigureAwait(false);
            if (_stopped is null && _confirmed < _ledger.SealedThrough && _time.GetElapsedTime(pausedAt) >= pause)
            {
                _problemSeen = false;
                await SendBatchAsync(connection, cancellation).ConfigureAwait(false);
                pause = TimeSpan.Zero;
                if (!_problemSeen) _pause.Reset();
                else if (_pauseWanted) pause = _pause.Next();
                // Whichever is longer, so that a bridge that is behind is not pressed by our own shorter wait.
                if (TakeSlowDown() is var asked && asked > pause) pause = asked;
                if (pause > TimeSpan.Zero) pausedAt = _time.GetTimestamp();
                continue;
            }
            // A pause that is over, or that a stop has overtaken, must not shorten the wait to nothing: the loop would spin.
            if (_stopped is not null || _time.GetElapsedTime(pausedAt) >= pause) pause = TimeSpan.Zero;
            TimeSpan wait = _options.StatusEvery - _time.GetElapsedTime(statusAt);
            if (pause > TimeSpan.Zero) wait = Min(wait, pause - _time.GetElapsedTime(pausedAt));
            if (_stopped is not null) wait = Min(wait, _options.AskAgainWhenStopped - _time.GetElapsedTime(askedAt));
            if (await connection.NextAsync(wait, cancellation).ConfigureAwait(false) is { } arrival)
                await TakeAsync(arrival, sentMonotonicMs: null, cancellation).ConfigureAwait(false);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task GreetAsync(UplinkConnection connection, CancellationToken cancellation)
    {
        string? stoppedBefore = _stopped;
        _stopped = null;
        _toShow = null;
        _shown = false;
        _chainRefusedAt = -1;
        Watermark head = _ledger.Head;
        var hello = new HelloMessage
        {
            Terminal = _options.Terminal,
            Ledger = head.Ledger,
            LastSeq = head.Through,
            LastChain = head.Chain,
            RosterRevision = _host.RosterRevision,
            Applied = _host.Applied,
            Boot = _clock.BootId,
            Now = Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds()),
            Versions = new(_host.Versions),
        };
        long sent = _clock.MonotonicMs;
        Refusal? refused = await connection.PublishAsync(Topics.Hello, ContractCodec.Write(hello, ContractJson.Default.HelloMessage), retain: false, cancellation).ConfigureAwait(false);
        // A refusal that only a person can mend (fork …) comes with a state that says so.
        if (!await AwaitStateAsync(connection, sent, refused is null ? _options.StateTimeout : RefusedStateWait, _ => true, cancellation).ConfigureAwait(false))
            throw new UplinkFaultException(refused is not null ? $"The bridge refused the greeting: {refused.Words}." : string.Create(CultureInfo.InvariantCulture, $"The bridge did not tell its state within {_options.StateTimeout.TotalSeconds:0.#} s of the greeting."));
        _answered = true;
        _options.Identity?.Taken();
        if (_stopped is not null) return;
        Turn(UplinkCondition.Online, $"Connected to {_options.Host}:{_options.Port}.");
        if (stoppedBefore is not null)
        {
            _stopTold = null;
            Note(UplinkNoteKind.Resumed, "The bridge's state fits the ledger again: punches are sent.");
        }
        Note(UplinkNoteKind.Connected, string.Create(CultureInfo.InvariantCulture, $"Connected to the bridge; it has punches through {_confirmed}, {_ledger.LastSeq - _confirmed} are to be sent."));
    }

    private async Task SendBatchAsync(UplinkConnection connection, CancellationToken cancellation)
    {
        IReadOnlyList<Punch> punches = _ledger.SealedRange(_confirmed + 1, _batchLimit);
        if (punches.Count == 0 || punches[0].Seq != _confirmed + 1)
        {
            Stop(string.Create(CultureInfo.InvariantCulture, $"Punch {_confirmed + 1}, which the bridge wants next, is no longer in this ledger: it was trimmed. Restore the bridge's newer backup."));
            return;
        }
        byte[] payload = Batch(punches);
        while (payload.Length > Protocol.MaxPayload && punches.Count > 1)
        {
            punches = [.. punches.Take(punches.Count / 2)];
            payload = Batch(punches);
        }
        await _rate.PassAsync(punches.Count, cancellation).ConfigureAwait(false);
        long last = punches[^1].Seq;
        long sent = _clock.MonotonicMs;
        _inFlight = punches.Count;
        try
        {
            Refusal? refused = await connection.PublishAsync(Topics.Punches, payload, retain: false, cancellation).ConfigureAwait(false);
            if (refused is not null)
            {
                SlowDown(refused.SlowDownMs);
                Note(UplinkNoteKind.Refused, string.Create(CultureInfo.InvariantCulture, $"The bridge did not take punches {punches[0].Seq} to {last}: {refused.Words}."));
            }
            bool told = await AwaitStateAsync(connection, sent, refused is null ? _options.StateTimeout : RefusedStateWait, _ => _confirmed >= last || _problemSeen || _stopped is not null, cancellation).ConfigureAwait(false);
            if (!told && refused is null)
                throw new UplinkFaultException(string.Create(CultureInfo.InvariantCulture, $"The bridge acknowledged punches {punches[0].Seq} to {last} but did not confirm them as stored within {_options.StateTimeout.TotalSeconds:0.#} s."));
            // Its store may be down, so that it has no state to tell.
            if (!told) TakeProblem(new() { Code = refused!.Code ?? ProblemCodes.Unavailable, Text = refused.Words + "." }, _confirmed);
        }
        finally
        {
            _inFlight = 0;
        }
        if (_confirmed >= last && _batchLimit < _options.MaxBatch) _batchLimit = Math.Min(_options.MaxBatch, _batchLimit * 2);
    }

    /// <summary>
    /// Where this side alone has seen that the two do not fit, the bridge is shown the punch that does not: it compares, stops the ledger
    /// and tells HR. A greeting does not show it, since its chain value belongs to a place the bridge has not reached. Once a greeting.
    /// </summary>
    private async Task ShowAsync(UplinkConnection connection, CancellationToken cancellation)
    {
        if (_toShow is not { } seq || _shown) return;
        _shown = true;
        if (_ledger.SealedRange(seq, 1) is [{ } punch] && punch.Seq == seq)
            await connection.PublishAsync(Topics.Punches, Batch([punch]), retain: false, cancellation).ConfigureAwait(false);
    }

    private byte[] Batch(IReadOnlyList<Punch> punches) =>
        ContractCodec.Write(new PunchBatch { Terminal = _options.Terminal, Ledger = _ledger.LedgerId, Punches = punches }, ContractJson.Default.PunchBatch);

    private async Task SendEventsAsync(UplinkConnection connection, CancellationToken cancellation)
    {
        if (_eventsPausedAt is { } paused && _time.GetElapsedTime(paused) < _options.StatusEvery) return;
        if (_ledger.Events.Count == 0 && _ledger.Events.Dropped == 0) return;
        _eventsPausedAt = null;
        // Few at a time, so that a full outbox does not hold punches back.
        foreach (EventMessage one in _ledger.Events.Peek(8))
        {
            Refusal? refused = await connection.PublishAsync(Topics.Event, ContractCodec.Write(one, ContractJson.Default.EventMessage), retain: false, cancellation).ConfigureAwait(false);
            if (refused is null)
            {
                _ledger.Events.Done(one.Id);
                continue;
            }
            Note(UplinkNoteKind.Refused, $"The bridge did not take the event '{one.Kind}' ({one.Text}): {refused.Words}.");
            if (refused.Code is ProblemCodes.Malformed or ProblemCodes.Oversized)
            {
                // It never will; one event must not keep all later ones here. It is counted and told as dropped.
                _ledger.Events.Drop(one.Id);
                continue;
            }
            _eventsPausedAt = _time.GetTimestamp();
            return;
        }
        if (_ledger.Events.Count > 0) connection.Nudge();
    }

    private async Task SayGoodByeAsync(UplinkConnection connection)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        try
        {
            await SendStatusAsync(connection, online: false, limit.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is UplinkFaultException or OperationCanceledException)
        {
            // The will says the same.
        }
        await connection.CloseAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class QuietHost : IUplinkHost;
}
