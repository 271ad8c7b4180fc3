using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Ledger.Time;

/// <summary>
/// Ties clock and ledger together: checks the clock every few seconds, seals held punches once the time is trusted (also those an
/// earlier process of the same boot left), and queues the clock's events for the bridge. The host runs one.
/// </summary>
public sealed class HeldSealer : IDisposable
{
    private readonly TrustedClock _clock;
    private readonly LedgerStore _ledger;
    private readonly TimeProvider _time;

    public HeldSealer(TrustedClock clock, LedgerStore ledger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(ledger);
        (_clock, _ledger, _time) = (clock, ledger, time ?? TimeProvider.System);
        clock.Changed += OnClock;
    }

    /// <summary>Told where the ledger failed while a clock event was being dealt with. Not thrown: the clock is read on the way to a punch.</summary>
    public event Action<LedgerException>? Failed;

    /// <summary>One round.</summary>
    /// <returns>How many held punches were sealed.</returns>
    public int Check()
    {
        _clock.Check();
        return SealHeld();
    }

    /// <summary>Rounds until cancelled, five seconds apart. A failing disk does not end it: held punches wait.</summary>
    /// <param name="failed">Told of a round that failed.</param>
    public async Task RunAsync(Action<Exception>? failed = null, CancellationToken cancellation = default)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), _time);
        do
        {
            try
            {
                Check();
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                failed?.Invoke(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
    }

    public void Dispose() => _clock.Changed -= OnClock;

    private int SealHeld()
    {
        if (_ledger.Held == 0) return 0;
        ClockReading now = _clock.Read();
        return now.Trusted ? _ledger.Seal(new(now.AtMs, now.MonotonicMs, now.BootId, now.UncertaintyMs, _clock.Source)) : 0;
    }

    private void OnClock(ClockEvent happened)
    {
        try
        {
            if (happened.Kind == ClockEventKind.TrustGained && happened.Anchor is { } anchor) _ledger.Seal(anchor);
            _ledger.Events.Add("clock", happened.Text);
        }
        catch (LedgerException fault)
        {
            // What stayed unsealed is sealed by the next round or the next punch.
            Failed?.Invoke(fault);
        }
    }
}
