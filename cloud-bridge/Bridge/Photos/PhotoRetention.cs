using Devices.Bridge.Store;

namespace Devices.Bridge.Photos;

/// <summary>Removes old photos every hour, also where photos were switched off meanwhile: what is there still ages.</summary>
public sealed class PhotoRetention(PhotoRemoval removal, ILogger<PhotoRetention> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoopAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task LoopAsync(CancellationToken stoppingToken)
    {
        // Not in the way of the start.
        await Task.Delay(TimeSpan.FromMinutes(1), stoppingToken);
        using PeriodicTimer timer = new(Every);
        do
        {
            try
            {
                RemovalReport report = await removal.ByAgeAsync(stoppingToken);
                if (report.Photos + report.LeftOvers > 0)
                    log.LogInformation("Photos: {Count} were old enough to go ({Bytes} bytes), {LeftOvers} left-over files too.", report.Photos, report.Bytes, report.LeftOvers);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError("Old photos could not be removed and are tried again in an hour: {Fault}", fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
