using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>Forgets sessions that ended long ago, once a day.</summary>
internal sealed class SessionSweep(ISessionStore sessions, TimeProvider clock, ILogger<SessionSweep> log)
    : PeriodicService(TimeSpan.FromMinutes(2), TimeSpan.FromDays(1), "Old sessions could not be forgotten and are tried again tomorrow.", LogLevel.Warning, clock, log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await sessions.ForgetSessionsAsync((Clock.GetUtcNow() - Kept).ToUnixTimeMilliseconds(), cancellationToken);
        return null;
    }
}
