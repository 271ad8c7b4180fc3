using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Web.Api;

/// <summary>A punch as it counts. Times are ms since the Unix epoch, UTC, unless named local.</summary>
/// <param name="Id">Order of arrival at the bridge, as in <c>/api/v1/punches</c>.</param>
/// <param name="Origin">recorded · added · reassigned.</param>
/// <param name="StandsFor">The punch (by id) that was somebody else's and for which this one counts.</param>
/// <param name="Correction">The correction that made it; null where a terminal recorded it.</param>
public sealed record EffectivePunchView(
    long Id, string Terminal, Guid Ledger, long Seq, string Person, string? Name, long At, string AtLocal, ClockQuality Clock, long UncertaintyMs, PunchMethod Method, PunchDirection Direction,
    string Origin, long? StandsFor, long? Correction);

/// <summary>A page of them.</summary>
/// <param name="Punches">By time.</param>
/// <param name="Next">The <c>after</c> of the next call; empty where nothing came.</param>
public sealed record EffectivePunchFeed(IReadOnlyList<EffectivePunchView> Punches, string Next, bool More);

/// <summary>
/// <c>GET /api/v1/effective-punches?from=…&amp;to=…</c>: what counts of some days, corrections applied, by time. The feed of arrivals cannot tell of a
/// correction to what somebody has read already: this is asked again for a range (its ETag says whether anything changed).
/// </summary>
internal static class EffectivePunchApi
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/effective-punches", ListAsync).RequireAuthorization(Permits.ReadPunches).WithMetadata(new ApiResource(ApiResource.Punches));

    private static async Task<IResult> ListAsync(HttpContext context, IEffectivePunches punches, SiteClock clock, Viewer viewer)
    {
        IQueryCollection query = context.Request.Query;
        if (!ApiQuery.TryLimit(context, out int limit)) return Refused(ApiQuery.LimitSentence);
        if (!SiteClock.TryRead(query["from"].ToString(), out LocalDateTime from, out bool wholeFrom)) return Refused("'from' must be a date or time at the site, such as 2026-03-02 or 2026-03-02T08:30.");
        if (!SiteClock.TryRead(query["to"].ToString(), out LocalDateTime to, out bool wholeTo)) return Refused("'to' must be a date or time at the site, such as 2026-03-02; that day or minute is still in it.");
        long start = clock.Start(from, wholeFrom), until = clock.End(to, wholeTo);
        if (until <= start) return Refused("'to' must not be before 'from'.");
        if (!ApiQuery.TryText(context, "after", out string after) || !TryPlace(after, out (long At, long Id)? place)) return Refused("'after' must be the 'next' of the answer before.");
        IReadOnlyList<StoredPunch> rows = await punches.PageAsync(viewer.Scope, start, until, place, limit, context.RequestAborted);
        bool names = ApiGate.Names(context.User);
        string next = rows.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{rows[^1].Punch.At}.{rows[^1].Id}") : after;
        return ApiAnswer.Of(context, new EffectivePunchFeed([.. rows.Select(r => Of(r, names, clock))], next, rows.Count == limit), ApiJson.Readable.EffectivePunchFeed);
    }

    private static EffectivePunchView Of(StoredPunch row, bool names, SiteClock clock) => new(
        row.Id, row.Punch.Terminal, row.Punch.Ledger, row.Punch.Seq, row.Punch.Person, names ? row.Name : null, row.Punch.At, clock.IsoText(row.Punch.At), row.Punch.Clock, row.Punch.UncertaintyMs,
        row.Punch.Method, row.Punch.Direction, Names.Lower(row.Standing.Origin), row.Standing.OriginPunch, row.Standing.OriginCorrection);

    private static bool TryPlace(string text, out (long At, long Id)? place)
    {
        place = null;
        if (text.Length == 0) return true;
        string[] parts = text.Split('.');
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long at) || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long id)) return false;
        place = (at, id);
        return true;
    }

    private static IResult Refused(string sentence) => ApiProblem.Of(StatusCodes.Status400BadRequest, sentence);
}
