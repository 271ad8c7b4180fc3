using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>Writes what a call brought into the outbox and, where it concerns everybody, into the target's status and the exceptions list.</summary>
public sealed class OutcomeHandler(
    DeliveryLane lane, IOutboxStore outbox, IExceptionStore exceptions, TimeProvider clock, ILogger<OutcomeHandler> log)
{
    /// <summary>Source of the platform's rows in the exceptions list; another target's are <c>delivery-NAME</c>.</summary>
    public const string Source = "delivery";

    /// <summary>Source of rows about corrections that another system did not take.</summary>
    public const string CorrectionSource = "correction";

    /// <summary>Reason of a stop because our own share of the month's calls is used up; the platform's own end of the month is another.</summary>
    public const string OwnBudget = "reason.budget";

    private const double LongestSilence = 60;

    private static readonly TimeSpan NoCallsLeft = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BudgetRetry = TimeSpan.FromHours(1);

    private readonly DeliveryStatus _status = lane.Status;
    private readonly LaneOptions _options = lane.Options;
    private int _answered;

    /// <summary>The outcome of an upload.</summary>
    /// <param name="called">Whether the platform was asked at all.</param>
    public async Task RecordAsync(OutboxItem item, DeliveryOutcome outcome, bool called, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(outcome);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        int attempts = item.Attempts + (called ? 1 : 0);
        OutboxChange change = new(DeliveryState.Waiting)
        {
            Attempts = attempts,
            SentAt = called ? now : item.SentAt,
            ReasonCode = outcome.Reason,
            Reason = Detail(outcome),
        };
        switch (outcome.Kind)
        {
            case OutcomeKind.Accepted:
                await outbox.MarkAsync(lane.Target, item.PunchId, change with { State = DeliveryState.Delivered, DeliveredAt = now, ReasonCode = null, Reason = null, Told = item.Tell }, cancellationToken);
                if (item.Tell is not null) await CloseCorrectionAsync(item, cancellationToken);
                await AnsweredAsync(cancellationToken);
                return;
            case OutcomeKind.Refused:
                await DeadAsync(item, change, cancellationToken);
                if (called) await AnsweredAsync(cancellationToken);
                return;
            case OutcomeKind.Transient when attempts >= outcome.MaxAttempts:
                await DeadAsync(item, change, cancellationToken);
                await AnsweredAsync(cancellationToken);
                return;
            case OutcomeKind.Transient:
                TimeSpan wait = outcome.Wait ?? BackOff.After(attempts, _options.RetrySeconds, _options.RetryMaxSeconds);
                await outbox.MarkAsync(lane.Target, item.PunchId, change with { NextAttemptAt = now + (long)wait.TotalMilliseconds }, cancellationToken);
                await AnsweredAsync(cancellationToken);
                return;
            case OutcomeKind.Ambiguous when lane.SettleSeconds is null:
                // Nobody can be asked: the same again under the same key.
                await StopAsync(outcome, cancellationToken);
                await outbox.MarkAsync(lane.Target, item.PunchId, change with { NextAttemptAt = now + (long)BackOff.After(attempts, _options.RetrySeconds, _options.RetryMaxSeconds).TotalMilliseconds }, cancellationToken);
                return;
            case OutcomeKind.Ambiguous:
                await outbox.MarkAsync(lane.Target, item.PunchId, change with { State = DeliveryState.Ambiguous, NextAttemptAt = now + (long)(lane.SettleSeconds!.Value * 1000) }, cancellationToken);
                await StopAsync(outcome, cancellationToken);
                return;
            default:
                // Surely not recorded: the punch keeps its attempts and is due whenever the tenant goes on.
                await StopAsync(outcome, cancellationToken);
                await outbox.MarkAsync(lane.Target, item.PunchId, change with { Attempts = item.Attempts, SentAt = Answered(outcome, called) ? now : item.SentAt, NextAttemptAt = null }, cancellationToken);
                return;
        }
    }

    /// <summary>A lookup that brought no list: the punch stays ambiguous.</summary>
    public async Task RecordLookupAsync(OutboxItem item, DeliveryOutcome outcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(outcome);
        long? next = null;
        if (outcome.Kind is OutcomeKind.Transient or OutcomeKind.Refused)
        {
            // Each lookup is metered too: as long again as the punch has been in doubt already, within the same ends as any retry.
            long asked = clock.GetUtcNow().ToUnixTimeMilliseconds();
            double doubt = item.SentAt is { } sent ? (asked - sent) / 1000.0 : 0, least = Math.Max(lane.SettleSeconds!.Value, 1);
            next = asked + (long)(BackOff.After(1, Math.Clamp(doubt, least, Math.Max(least, _options.RetryMaxSeconds)), _options.RetryMaxSeconds).TotalMilliseconds);
        }
        else
        {
            await StopAsync(outcome, cancellationToken);
            if (outcome.Kind == OutcomeKind.Budget) next = clock.GetUtcNow().ToUnixTimeMilliseconds() + (long)NoCallsLeft.TotalMilliseconds;
        }

        await outbox.MarkAsync(
            lane.Target,
            item.PunchId,
            new(DeliveryState.Ambiguous)
            {
                Attempts = item.Attempts,
                SentAt = item.SentAt,
                NextAttemptAt = next,
                ReasonCode = outcome.Reason,
                Reason = Detail(outcome),
            },
            cancellationToken);
    }

    /// <summary>Puts a leased row back untouched.</summary>
    public Task PutBackAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        return outbox.MarkAsync(lane.Target, item.PunchId, new(item.Was) { Attempts = item.Attempts, SentAt = item.SentAt, NextAttemptAt = clock.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken);
    }

    /// <summary>
    /// The bridge itself failed around a call. Of several rows that were leased together those whose outcome was written stay as they are: a
    /// proved one that was put in doubt again would find its own record taken, and be sent twice. False where even that cannot be written now: then ask again later.</summary>
    public async Task<bool> InDoubtAsync(OutboxItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        try
        {
            long next = clock.GetUtcNow().ToUnixTimeMilliseconds() + (long)((lane.SettleSeconds ?? _options.RetrySeconds) * 1000);
            DeliveryState state = lane.SettleSeconds is null ? DeliveryState.Waiting : DeliveryState.Ambiguous;
            await outbox.MarkAsync(lane.Target, item.PunchId, new(state) { OnlyIfSending = true, Attempts = item.Attempts + 1, SentAt = item.SentAt, NextAttemptAt = next, ReasonCode = lane.SettleSeconds is null ? "reason.again" : "reason.asking" }, CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            log.LogError(exception, "The outcome of punch {Punch} could not be stored; the bridge goes on trying.", item.Key);
            return false;
        }
    }

    /// <summary>The platform answered: ends a pause that is over and closes what was reported about it.</summary>
    public async Task AnsweredAsync(CancellationToken cancellationToken)
    {
        bool ended = _status.Answered() is { Kind: not PauseKind.Waiting };
        if (ended) log.LogInformation("{Target} takes punches again.", lane.Target);
        // The first answer after a start closes what an earlier run reported: its pause was not remembered.
        if ((Interlocked.Exchange(ref _answered, 1) == 0 && _status.Current is null) || ended) await CloseReportsAsync(cancellationToken);
    }

    private async Task CloseReportsAsync(CancellationToken cancellationToken)
    {
        foreach (ExceptionRow row in (await exceptions.ExceptionsAsync(SiteScope.All, includeResolved: false, 1000, cancellationToken)).Where(r => r.Source == lane.Source))
        {
            await exceptions.ResolveAllAsync(lane.Source, row.Code, null, "bridge", cancellationToken);
        }
    }

    private async Task DeadAsync(OutboxItem item, OutboxChange change, CancellationToken cancellationToken)
    {
        await outbox.MarkAsync(lane.Target, item.PunchId, change with { State = DeliveryState.Dead, NextAttemptAt = null }, cancellationToken);
        log.LogWarning("Punch {Punch} is a dead letter of {Target}: {Reason} {Detail}", item.Key, lane.Target, Sentence.Of(change.ReasonCode!), change.Reason);
        // That another system goes on counting what does not count here is HR's matter, not only a row among the letters.
        if (item.Tell is { } correction)
            await exceptions.RaiseAsync(
                new(CorrectionSource, change.ReasonCode!, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Correction {correction} of punch {item.Key} did not take effect at {lane.Target}: {Sentence.Of(change.ReasonCode!)}{(change.Reason is { } detail ? $" ({detail})" : "")}"))
                {
                    Terminal = item.Key.Terminal, Ledger = item.Key.Ledger, Seq = item.Key.Seq, Cause = $"correction|{lane.Target}|{item.Key}",
                }, cancellationToken);
    }

    private async Task CloseCorrectionAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        foreach (ExceptionRow row in (await exceptions.ExceptionsAsync(SiteScope.All, includeResolved: false, 1000, cancellationToken))
            .Where(r => r.Source == CorrectionSource && r.Terminal == item.Key.Terminal && r.Ledger == item.Key.Ledger && r.Seq == item.Key.Seq && r.Text.Contains($" at {lane.Target}:", StringComparison.Ordinal)))
            await exceptions.ResolveAsync(SiteScope.All, row.Id, "bridge", cancellationToken);
    }

    /// <summary>Pauses the tenant and, for what somebody has to mend, reports it once. Returns how long.</summary>
    public async Task<TimeSpan> StopAsync(DeliveryOutcome outcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        (PauseKind kind, TimeSpan wait) = outcome.Kind switch
        {
            OutcomeKind.Configuration => (PauseKind.Configuration, TimeSpan.FromSeconds(_options.ConfigurationRetrySeconds)),
            OutcomeKind.Budget => (PauseKind.Budget, BudgetRetry),
            OutcomeKind.Unreachable or OutcomeKind.Ambiguous => (PauseKind.Waiting, BackOff.After(_status.CountSilent(), _options.RetrySeconds / 2, LongestSilence)),
            _ => (PauseKind.Waiting, outcome.Wait ?? TimeSpan.FromSeconds(1)),
        };
        bool first = _status.Stop(kind, outcome, wait);
        if (first && kind != PauseKind.Waiting)
        {
            log.LogError("Delivery to {Target} stopped: {Reason} {Detail}. One punch is tried again in {Wait:0} s.", lane.Target, Sentence.Of(outcome.Reason), Detail(outcome), wait.TotalSeconds);
            await exceptions.RaiseAsync(new(lane.Source, outcome.Reason, Detail(outcome) ?? outcome.Reason) { Cause = $"{lane.Source}:{outcome.Reason}" }, cancellationToken);
        }

        return wait;
    }

    // Of a target that cannot be asked: somebody answered, perhaps a gateway, and the receiver may have it. A correction is told then, too.
    private bool Answered(DeliveryOutcome outcome, bool called) => called && lane.SettleSeconds is null && outcome.Code is not null;

    private static string? Detail(DeliveryOutcome outcome) => (outcome.Code, outcome.Detail) switch
    {
        (null, null) => null,
        (null, { } detail) => detail,
        ({ } code, null) => code,
        ({ } code, { } detail) => $"{code}: {detail}",
    };
}
