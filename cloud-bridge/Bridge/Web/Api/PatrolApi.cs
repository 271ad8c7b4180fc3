using System.Globalization;
using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Api;

/// <summary><c>GET /api/v1/patrol</c>: each terminal's grade and findings as the last round left them, the worst first.</summary>
internal static class PatrolApi
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/patrol", async (HttpContext context, IPatrolStore patrol, Viewer viewer, TimeProvider time) =>
        {
            ILookup<(string, string), PatrolAck> acks = (await patrol.AcksAsync(viewer.Scope, context.RequestAborted)).ToLookup(one => (one.Terminal, one.Code));
            string? only = context.Request.Query["terminal"].FirstOrDefault();
            IEnumerable<PatrolState> states = (await patrol.StatesAsync(viewer.Scope, context.RequestAborted)).Where(one => only is null || one.Terminal == only);
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            return ApiAnswer.Of(context, new PatrolFeed([.. states.Select(state => PatrolView.Of(state, acks, now))]), ApiJson.Readable.PatrolFeed);
        }).RequireAuthorization(Permits.ReadTerminals).WithMetadata(new ApiResource(ApiResource.Terminals));
}

/// <summary>What <c>/api/v1/patrol</c> answers.</summary>
public sealed record PatrolFeed(IReadOnlyList<PatrolView> Terminals);

/// <summary>One terminal of it.</summary>
public sealed record PatrolView(string Terminal, string Site, long CheckedAt, string Grade, int Score, string? Was, long ChangedAt, IReadOnlyList<PatrolFindingView> Findings)
{
    internal static PatrolView Of(PatrolState state, ILookup<(string, string), PatrolAck> acks, long now) => new(state.Terminal, state.Site, state.CheckedAt, state.Grade, state.Score, state.Was, state.ChangedAt,
        [.. state.Findings.Select(one => PatrolFindingView.Of(one, acks[(state.Terminal, one.Code)].FirstOrDefault(), now))]);
}

/// <summary>One finding, in English.</summary>
/// <param name="NotedUntil">Until when it does not count; null where it does.</param>
public sealed record PatrolFindingView(string Code, string Level, long Since, string Found, string Means, string Remedy, long? NotedUntil)
{
    internal static PatrolFindingView Of(PatrolFinding one, PatrolAck? ack, long now) => new(one.Code, Names.Lower(one.Level), one.Since, PatrolWords.Found(one, CultureInfo.InvariantCulture), PatrolWords.Means(one, CultureInfo.InvariantCulture),
        PatrolWords.Remedy(one, CultureInfo.InvariantCulture), PatrolRules.Counts(one, ack, now) ? null : ack!.Until);
}
