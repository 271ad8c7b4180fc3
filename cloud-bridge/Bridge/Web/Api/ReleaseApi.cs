using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Contract.Messages;

namespace Devices.Bridge.Web.Api;

/// <summary><c>GET /api/v1/releases</c>: rollouts, and what each terminal runs.</summary>
internal static class ReleaseApi
{
    private const int Rollouts = 50;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/releases", async (HttpContext context, IRolloutStore store, Viewer viewer) =>
        {
            List<RolloutView> rollouts = [];
            foreach (RolloutRow row in await store.ListAsync(Rollouts, context.RequestAborted))
            {
                IReadOnlyList<RolloutMember> members = await store.MembersAsync(viewer.Scope, row.Id, context.RequestAborted);
                rollouts.Add(new(row.Id, row.Plan.Kind, row.Plan.Name, row.Plan.Version, Names.Lower(row.State), row.Reason, row.Percent, row.CreatedAt, row.CreatedBy,
                    [.. members.Select(one => new RolloutTerminalView(one.Terminal, one.State, one.Code, one.Message))]));
            }

            IReadOnlyList<UpdateReportRow> fleet = await store.ReportsAsync(viewer.Scope, context.RequestAborted);
            return Results.Json(new ReleaseView(rollouts, [.. fleet.Select(one => new ReleaseTerminalView(one.Terminal, one.Online, one.Applied?.Slot, one.Applied?.Running ?? [], one.Applied?.Recovery, one.ReportedAt))]), ApiJson.Readable.ReleaseView);
        }).RequireAuthorization(Permits.ReadTerminals, Permits.EverySite);
}

/// <summary>What <c>/api/v1/releases</c> answers.</summary>
public sealed record ReleaseView(IReadOnlyList<RolloutView> Rollouts, IReadOnlyList<ReleaseTerminalView> Terminals);

public sealed record RolloutView(Guid Id, string Kind, string Name, string Version, string State, string? Reason, int Percent, long CreatedAt, string CreatedBy, IReadOnlyList<RolloutTerminalView> Terminals);

public sealed record RolloutTerminalView(string Terminal, string State, string? Code, string? Message);

public sealed record ReleaseTerminalView(string Terminal, bool Online, string? Slot, Dictionary<string, string> Running, string? Recovery, long? ReportedAt);
