using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Store.Retention;

/// <summary>Once an hour makes the partitions of the months ahead, once a day runs the retention job, once a week lets SQLite look at what its tables hold.</summary>
public sealed class StoreUpkeep(SqlDatabase database, RetentionOptions options, ISettingStore settings, TimeProvider time, ILogger<StoreUpkeep> log)
    : PeriodicService(First, Then, "The store's upkeep failed; it is tried again in an hour.", LogLevel.Error, time, log)
{
    private const string LastRun = "retention.last";
    private const string LastAnalyzed = "store.analyzed";
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Then = TimeSpan.FromHours(1);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        return null;
    }

    /// <summary>One look. What fails is said and tried again an hour later.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            long now = Clock.GetUtcNow().ToUnixTimeMilliseconds();
            await database.WriteAsync(session => session.Dialect.PrepareMonths(session, now), cancellationToken);
            string day = Clock.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            await AnalyzeAsync(cancellationToken);
            if (!options.Any || await settings.GetSettingAsync(LastRun, cancellationToken) == day) return;
            RetentionReport report = await new RetentionJob(database, options, Clock).RunAsync(cancellationToken);
            await settings.SetSettingAsync(LastRun, day, cancellationToken);
            Log.LogInformation("{Report}", report);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or System.Data.Common.DbException)
        {
            Log.LogWarning("The store's upkeep has to wait: {Fault}", fault.Message);
        }
    }

    // A store that grew from nothing has the plans of an empty one until then.
    private async Task AnalyzeAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        if (long.TryParse(await settings.GetSettingAsync(LastAnalyzed, cancellationToken), System.Globalization.CultureInfo.InvariantCulture, out long last)
            && now - DateTimeOffset.FromUnixTimeMilliseconds(last) < TimeSpan.FromDays(7)) return;
        if (await database.WriteAsync(session => session.Dialect.Analyze(session), cancellationToken))
            await settings.SetSettingAsync(LastAnalyzed, now.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
    }
}
