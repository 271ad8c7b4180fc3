namespace Devices.Bridge.Delivery;

/// <summary>Why a tenant's delivery is not running just now.</summary>
public enum PauseKind
{
    None,

    /// <summary>Throttled, banned or unreachable: it goes on by itself.</summary>
    Waiting,

    /// <summary>The month's calls are used up.</summary>
    Budget,

    /// <summary>Somebody has to change a setting.</summary>
    Configuration,
}

/// <summary>The whole tenant's pause, as pages and the worker see it.</summary>
/// <param name="Since">When it began.</param>
/// <param name="Until">When one punch is tried again.</param>
public sealed record Pause(PauseKind Kind, string Reason, string? Code, string? Detail, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>
/// What all workers of one tenant share. Kept in memory on purpose: after a restart the first call finds out again.
/// </summary>
public sealed class DeliveryStatus(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Pause? _pause;
    private int _silent;

    /// <summary>
    /// The pause in force; null while delivery runs. A stop (budget, configuration) that is over stays until a call was
    /// answered, so that one punch goes first; a mere wait ends by itself.
    /// </summary>
    public Pause? Current
    {
        get
        {
            lock (_gate)
            {
                if (_pause is { Kind: PauseKind.Waiting } && _pause.Until <= clock.GetUtcNow()) _pause = null;
                return _pause;
            }
        }
    }

    /// <summary>Calls in a row that brought no answer.</summary>
    public int Silent
    {
        get
        {
            lock (_gate) return _silent;
        }
    }

    /// <summary>Begins or lengthens a pause. Returns true when it is a new one, so that it is reported once.</summary>
    public bool Stop(PauseKind kind, DeliveryOutcome outcome, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        DateTimeOffset now = clock.GetUtcNow();
        lock (_gate)
        {
            // A worker that was late must not turn a stop into a short wait.
            if (_pause is { } held && held.Kind > kind && held.Until > now) return false;
            bool same = _pause is { } before && before.Kind == kind && before.Reason == outcome.Reason;
            _pause = new(kind, outcome.Reason, outcome.Code, outcome.Detail, same ? _pause!.Since : now, now + wait);
            return !same;
        }
    }

    /// <summary>Counts a call that brought no answer.</summary>
    public int CountSilent()
    {
        lock (_gate) return ++_silent;
    }

    /// <summary>The platform answered: whatever was in the way is gone. Returns the pause that ended, if one did.</summary>
    public Pause? Answered()
    {
        lock (_gate)
        {
            _silent = 0;
            Pause? ended = _pause;
            // Others' calls that were under way when a stop came may still succeed; the stop holds until its time.
            if (ended is not null && ended.Until > clock.GetUtcNow()) return null;
            _pause = null;
            return ended;
        }
    }

    /// <summary>Somebody says the cause is gone: one punch is tried at once.</summary>
    public void TryNow()
    {
        lock (_gate)
        {
            if (_pause is not null) _pause = _pause with { Until = clock.GetUtcNow() };
        }

        Wake();
    }

    /// <summary>Makes the worker look at the outbox now.</summary>
    public void Wake()
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            woken = _woken;
            _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        woken.TrySetResult();
    }

    /// <summary>Waits for <see cref="Wake"/> or the time.</summary>
    public async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Task woken;
        lock (_gate) woken = _woken.Task;
        try
        {
            await woken.WaitAsync(time, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The time is up: that is the ordinary case.
        }
    }
}
