using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;

namespace Devices.Bridge.Web.Api;

/// <summary><c>GET /api/v1/punches?after=…&amp;limit=…</c>: every punch in order of arrival, with its journey.</summary>
internal static class PunchApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/punches", async (HttpContext context, IPunchStore punches, ITargetStore targets, SiteClock clock, Viewer viewer) =>
    {
        if (!ApiQuery.TryNumber(context, "after", 0, long.MaxValue, 0, out long after))
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "'after' must be a whole number from 0: the 'next' of the answer before.");
        if (!ApiQuery.TryLimit(context, out int limit)) return ApiProblem.Of(StatusCodes.Status400BadRequest, ApiQuery.LimitSentence);
        IReadOnlyList<StoredPunch> rows = await punches.ListAfterAsync(viewer.Scope, after, limit, context.RequestAborted);
        ILookup<long, TargetState> others = (await targets.StatesAsync([.. rows.Select(r => r.Id)], context.RequestAborted)).ToLookup(t => t.PunchId);
        bool names = ApiGate.Names(context.User);
        PunchFeed feed = new(
            [.. rows.Select(r => PunchView.Of(names ? r : r with { Name = null }, clock, others[r.Id]))], rows.Count > 0 ? rows[^1].Id : after, rows.Count == limit);
        return ApiAnswer.Of(context, feed, ApiJson.Readable.PunchFeed);
    }).RequireAuthorization(Permits.ReadPunches).WithMetadata(new ApiResource(ApiResource.Punches));
}
