using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Fleet;

/// <summary>
/// Answers <c>devices provision</c> whether its self-test came. The technician has no account here; what they have is the id, 128 random bits made
/// by the terminal a moment ago, and that is the right to ask for this one event. After a day it answers nothing any more.
/// </summary>
public static class SelfTestEndpoint
{
    private const string Kind = "self-test";
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    public static void MapSelfTest(this WebApplication app) =>
        app.MapGet("/.well-known/devices/self-test/{terminal}/{id}", async (string terminal, string id, ITerminalStore terminals, TimeProvider time, CancellationToken cancellationToken) =>
        {
            TerminalEvent? seen = PunchRules.IsTerminalName(terminal) && Guid.TryParseExact(id, "D", out Guid which)
                ? await terminals.FindEventAsync(SiteScope.All, terminal, which.ToString("D"), Kind, cancellationToken) : null;
            if (seen is null || time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(seen.ReceivedAt) > Life)
                return PlainAnswer.Sentence(StatusCodes.Status404NotFound, "No such self-test came here.");
            TerminalRow? row = await terminals.FindTerminalAsync(SiteScope.All, terminal, cancellationToken);
            return Results.Json(new { terminal, id, at = seen.At, received_at = seen.ReceivedAt, ledger = row?.Ledger, last_seq = row?.LastSeq ?? 0 });
        }).AllowAnonymous();
}
