using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>Forgets sessions that ended long ago, once a day.</summary>
internal sealed class SessionSweep(ISessionStore sessions, TimeProvider clock, ILogger<SessionSweep> log) : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromDays(1), clock);
        do
        {
            try
            {
                await sessions.ForgetSessionsAsync((clock.GetUtcNow() - Kept).ToUnixTimeMilliseconds(), stoppingToken);
            }
            catch (StoreUnavailableException fault)
            {
                log.LogWarning("Old sessions were not forgotten: {Why} It is tried again tomorrow.", fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
