namespace Devices.Bridge.Photos;

/// <summary>Removes old photos every hour, also where photos were switched off meanwhile: what is there still ages.</summary>
public sealed class PhotoRetention(PhotoRemoval removal, TimeProvider clock, ILogger<PhotoRetention> log)
    : PeriodicService(First, Every, "Old photos could not be removed and are tried again in an hour.", LogLevel.Error, clock, log)
{
    // Not in the way of the start.
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        RemovalReport report = await removal.ByAgeAsync(cancellationToken);
        if (report.Photos + report.LeftOvers > 0)
            Log.LogInformation("Photos: {Count} were old enough to go ({Bytes} bytes), {LeftOvers} left-over files too.", report.Photos, report.Bytes, report.LeftOvers);
        return null;
    }
}
