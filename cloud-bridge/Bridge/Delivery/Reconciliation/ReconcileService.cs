using System.Globalization;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Delivery.Reconciliation;

/// <summary>Starts the comparison once a night and goes on with one that a restart or a wait has cut short.</summary>
public sealed class ReconcileService(
    Reconciler reconciler, IReconcileStore store, IExceptionStore exceptions, IPlatformTarget target, BridgeOptions bridge, PlatformOptions options, TimeProvider clock,
    ILogger<ReconcileService> log) : BackgroundService
{
    /// <summary>Source and code of its row in the exceptions list.</summary>
    public const string Source = "reconcile";
    public const string Code = "reason.reconcile_differences";

    // The platform's list may lag: the last minutes are left to the next night.
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // HR's "Compare now" and the night's own look must not work on one run together: it would count twice.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Looks whether a run is due or under way, and goes on with it. Returns the run's state after that, or null where there was nothing to do.</summary>
    /// <param name="now">Whether to begin one whatever the hour is.</param>
    public async Task<ReconcileRun?> LookAsync(bool now, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await GoOnAsync(now, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    private async Task<ReconcileRun?> GoOnAsync(bool now, CancellationToken cancellationToken)
    {
        ReconcileRun? last = await store.LastAsync(cancellationToken);
        ReconcileRun? run = last is { State: "running" } ? last : now || Due(last) ? await BeginAsync(last, cancellationToken) : null;
        if (run is null) return null;
        await reconciler.ContinueAsync(run, cancellationToken);
        run = (await store.LastAsync(cancellationToken))!;
        if (run.State != "running") await TellAsync(run, cancellationToken);
        return run;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.ReconcileHour < 0) return;
        using PeriodicTimer timer = new(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(now: false, stoppingToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    log.LogError(exception, "The comparison with the platform failed; it goes on where it was in a minute.");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the run goes on at the next start.
        }
    }

    // The very first one waits for its hour; later ones are made up for when the bridge was down at night.
    private bool Due(ReconcileRun? last)
    {
        ZonedDateTime local = Local();
        return last is null ? local.Hour == options.ReconcileHour : local.Hour >= options.ReconcileHour && string.CompareOrdinal(last.Day, Day(local)) < 0;
    }

    private Task<ReconcileRun> BeginAsync(ReconcileRun? last, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        TimeSpan back = TimeSpan.FromDays(Math.Min(options.ReconcileDays, target.Window.TotalDays - 1));
        // One that ran out of calls is followed by the people it did not reach.
        string through = last is { State: "stopped" } ? last.Through : "";
        return store.BeginAsync(Day(Local()), (now - Lag - back).ToUnixTimeMilliseconds(), (now - Lag).ToUnixTimeMilliseconds(), through, cancellationToken);
    }

    private async Task TellAsync(ReconcileRun run, CancellationToken cancellationToken)
    {
        ReconcileCounts c = run.Counts;
        log.LogInformation(
            "Compared with the platform: {People} people, {Ours} punches of ours, {Theirs} rows, {Same} the same, {Missing} missing, {Wrong} wrong, {Doubled} doubled, {Others} of others, {Calls} calls.",
            c.People, c.Ours, c.Theirs, c.Same, c.Missing, c.WrongTime, c.Doubled, c.Others, c.Calls);
        if (c.Different)
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{run.Day}: {c.Missing} missing ({c.Repaired} sent again), {c.WrongTime} at another time or person, {c.Doubled} doubled.");
            await exceptions.ResolveAllAsync(Source, Code, null, "bridge", cancellationToken);
            await exceptions.RaiseAsync(new(Source, Code, text) { Cause = $"{Source}:{run.Day}" }, cancellationToken);
        }
        else if (run.State == "done")
        {
            await exceptions.ResolveAllAsync(Source, Code, null, "bridge", cancellationToken);
        }
    }

    private ZonedDateTime Local() => Instant.FromDateTimeOffset(clock.GetUtcNow()).InZone(DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone]);

    private static string Day(ZonedDateTime local) => local.Date.ToString("uuuu'-'MM'-'dd", CultureInfo.InvariantCulture);
}
