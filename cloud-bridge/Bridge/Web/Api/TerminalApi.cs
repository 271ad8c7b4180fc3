using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Api;

/// <summary><c>GET /api/v1/terminals</c>: the counters of each terminal's stages.</summary>
internal static class TerminalApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/terminals/{name}", async (string name, HttpContext context, TerminalDetails details, Viewer viewer) =>
            await details.LoadAsync(viewer.Scope, name, context.RequestAborted) is { } found
                ? Results.Json(TerminalView.Of(found), ApiJson.Readable.TerminalView)
                : Results.Json(new ApiError("There is no such terminal."), ApiJson.Readable.ApiError, statusCode: StatusCodes.Status404NotFound)).RequireAuthorization(Permits.ReadTerminals);
        routes.MapGet("/api/v1/terminals", async (HttpContext context, ICounterStore counters, Viewer viewer) =>
        Results.Json(new TerminalFeed(await counters.CountsAsync(viewer.Scope, context.RequestAborted)), ApiJson.Readable.TerminalFeed)).RequireAuthorization(Permits.ReadTerminals);
    }
}

/// <summary>What <c>/api/v1/terminals</c> answers.</summary>
public sealed record TerminalFeed(IReadOnlyList<TerminalCounts> Terminals);
