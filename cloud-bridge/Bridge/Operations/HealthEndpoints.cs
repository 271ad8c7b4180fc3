using Devices.Bridge.Fleet;

namespace Devices.Bridge.Operations;

/// <summary>
/// For probes and monitors, open to everybody and telling nothing secret: <c>/health/live</c> (the process answers: restart it where not),
/// <c>/health/ready</c> (the store takes a write, all listeners are up; the same as <c>/healthz</c>), <c>/health/punches</c> (503 while no punch
/// was accepted for too long in working time: for a monitor, not for a probe, since a restart brings no punches).
/// </summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Json(new { status = "ok", version = HealthCheck.Version })).AllowAnonymous();
        routes.MapGet("/health/ready", (HealthCheck health, CancellationToken cancellationToken) => health.RunAsync(cancellationToken)).AllowAnonymous();
        routes.MapGet("/health/punches", async (PunchSilence silence, HealthOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        {
            Silence now = await silence.LookAsync(cancellationToken);
            return Results.Json(
                new
                {
                    status = now.Alarm ? "silent" : "ok",
                    last_punch_at = now.LastAt,
                    age_seconds = now.LastAt is { } at ? Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - at) / 1000) : (long?)null,
                    working_minutes = (long)now.Working.TotalMinutes,
                    alarm_after_hours = options.NoPunchHours,
                },
                statusCode: now.Alarm ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
        }).AllowAnonymous();
    }
}
