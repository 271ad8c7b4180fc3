using System.Globalization;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Looks after the time: asks the clock every few seconds, gives held punches their time when trust returns, tells the MCU (every ten
/// minutes and at each change), reports changes. Trims old acknowledged punches once a day and watches the disk on the same round.
/// </summary>
public sealed class ClockKeeper(
    TrustedClock clock, LedgerStore ledger, McuDesk mcu, McuScreen screen, AgentOptions options, Narration narration, TimeProvider time, Action stateChanged)
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TellMcu = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    /// <summary>Less than the reserve is free: punches are refused.</summary>
    public bool DiskLow { get; private set; }

    /// <summary>Begins to listen, and gives punches their time that an earlier run of the same boot left held.</summary>
    public void Begin()
    {
        clock.Changed += OnChanged;
        ClockReading now = clock.Read();
        if (now.Trusted) Seal(new ClockAnchor(now.AtMs, now.MonotonicMs, now.BootId, Math.Max(0, now.UncertaintyMs), clock.Source));
        else narration.Warn("clock", "The time is not trusted yet (no NTP, bridge or RTC time): punches are taken and get their time later.");
    }

    public async Task RunAsync(Action beat, CancellationToken cancellationToken)
    {
        long told = time.GetTimestamp();
        long? trimmed = null;
        while (true)
        {
            beat();
            Check();
            SealHeld();
            WatchDisk();
            if (time.GetElapsedTime(told) >= TellMcu)
            {
                told = time.GetTimestamp();
                await TellMcuAsync().ConfigureAwait(false);
            }

            if ((trimmed is null || time.GetElapsedTime(trimmed.Value) >= TimeSpan.FromDays(1)) && clock.Read() is { Trusted: true } now)
            {
                trimmed = time.GetTimestamp();
                ledger.Trim(DateTimeOffset.FromUnixTimeMilliseconds(now.AtMs) - Kept, cancellationToken);
            }

            await Task.Delay(Round, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void WatchDisk()
    {
        long free = ledger.FreeBytes;
        bool low = free < options.ReserveBytes;
        if (low == DiskLow) return;
        DiskLow = low;
        string sentence = low
            ? string.Create(CultureInfo.InvariantCulture, $"Only {free / 1048576} MiB are free on the terminal's disk, {options.ReserveBytes / 1048576} are kept in reserve: new punches are refused until there is space.")
            : "There is space on the disk again: punches are taken.";
        if (low) narration.Warn("disk", sentence);
        else narration.Tell("disk", sentence);
        try
        {
            ledger.Events.Add("disk", sentence, security: true);
        }
        catch (LedgerException)
        {
            // Quite full; the screen and the log say it.
        }

        stateChanged();
    }

    // Raised on the way to a punch too (the clock is read for it): whatever fails here must not cost the punch.
    private void OnChanged(ClockEvent change)
    {
        if (change.Kind == ClockEventKind.TrustGained) narration.Tell("clock", change.Text);
        else narration.Warn("clock", change.Text);
        try
        {
            if (change.Anchor is { } anchor) Seal(anchor);
            ledger.Events.Add("clock", change.Text);
        }
        catch (LedgerException fault)
        {
            narration.Warn("clock", $"A change of the clock could not be kept ({fault.Message}) Held punches get their time in the next round.");
        }

        _ = TellMcuAsync();
        screen.Refresh();
    }

    private async Task TellMcuAsync()
    {
        try
        {
            await mcu.SendTimeAsync().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            narration.Warn("mcu", $"The MCU could not be told the time: {fault.Message}");
        }
    }

    private void Check()
    {
        try
        {
            clock.Check();
        }
        catch (LedgerException)
        {
            // The floor could not be kept; it is tried again within the hour, and each synced punch raises it too.
        }
    }

    // Held punches whose moment was missed (a full disk when trust returned) must not wait for the next punch.
    private void SealHeld()
    {
        if (ledger.Held == 0 || clock.Read() is not { Trusted: true } now) return;
        try
        {
            Seal(new ClockAnchor(now.AtMs, now.MonotonicMs, now.BootId, Math.Max(0, now.UncertaintyMs), clock.Source));
        }
        catch (LedgerException)
        {
            // Still full: the next round.
        }
    }

    private void Seal(ClockAnchor anchor)
    {
        int sealedNow = ledger.Seal(anchor);
        if (sealedNow > 0) narration.Tell("clock", $"{sealedNow} {(sealedNow == 1 ? "punch" : "punches")} taken without a trusted clock got {(sealedNow == 1 ? "its" : "their")} time.");
    }
}
