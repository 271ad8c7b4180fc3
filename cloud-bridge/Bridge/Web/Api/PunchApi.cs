using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;

namespace Devices.Bridge.Web.Api;

/// <summary><c>GET /api/v1/punches?after=…&amp;limit=…</c>: every punch in order of arrival, with its journey.</summary>
internal static class PunchApi
{
    public const int Most = 1000;
    private const int Usual = 200;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/punches", async (HttpContext context, IPunchStore punches, ITargetStore targets, SiteClock clock, Viewer viewer) =>
    {
        if (!TryRead(context.Request.Query["after"], 0, long.MaxValue, 0, out long after))
        {
            return Refuse("'after' must be a whole number from 0: the 'next' of the answer before.");
        }

        if (!TryRead(context.Request.Query["limit"], 1, Most, Usual, out long limit))
        {
            return Refuse($"'limit' must be a whole number from 1 to {Most}.");
        }

        IReadOnlyList<StoredPunch> rows = await punches.ListAfterAsync(viewer.Scope, after, (int)limit, context.RequestAborted);
        ILookup<long, TargetState> others = (await targets.StatesAsync([.. rows.Select(r => r.Id)], context.RequestAborted)).ToLookup(t => t.PunchId);
        PunchFeed feed = new([.. rows.Select(r => PunchView.Of(r, clock, others[r.Id]))], rows.Count > 0 ? rows[^1].Id : after, rows.Count == limit);
        return Results.Json(feed, ApiJson.Readable.PunchFeed);
    }).RequireAuthorization(Permits.ReadPunches);

    private static bool TryRead(string? text, long least, long most, long otherwise, out long value)
    {
        value = otherwise;
        return string.IsNullOrEmpty(text)
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);
    }

    private static IResult Refuse(string sentence) => Results.Json(new ApiError(sentence), ApiJson.Readable.ApiError, statusCode: StatusCodes.Status400BadRequest);
}
