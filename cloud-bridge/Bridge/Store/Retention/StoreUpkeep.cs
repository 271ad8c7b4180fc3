using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Store.Retention;

/// <summary>Once an hour makes the partitions of the months ahead, once a day runs the retention job.</summary>
public sealed class StoreUpkeep(SqlDatabase database, RetentionOptions options, ISettingStore settings, TimeProvider time, ILogger<StoreUpkeep> log) : BackgroundService
{
    private const string LastRun = "retention.last";
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Then = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (TimeSpan wait = First; ; wait = Then)
            {
                await Task.Delay(wait, time, stoppingToken);
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The bridge stops.
        }
    }

    /// <summary>One look. What fails is said and tried again an hour later.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            await database.WriteAsync(session => session.Dialect.PrepareMonths(session, now), cancellationToken);
            string day = time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            if (!options.Any || await settings.GetSettingAsync(LastRun, cancellationToken) == day) return;
            RetentionReport report = await new RetentionJob(database, options, time).RunAsync(cancellationToken);
            await settings.SetSettingAsync(LastRun, day, cancellationToken);
            log.LogInformation("{Report}", report);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or System.Data.Common.DbException)
        {
            log.LogWarning("The store's upkeep has to wait: {Fault}", fault.Message);
        }
    }
}
