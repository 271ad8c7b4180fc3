using System.Globalization;
using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Actions;

/// <summary>What the buttons of <c>/patrol</c> do; each only for a terminal in the viewer's scope.</summary>
internal static class PatrolPosts
{
    private const int LongestReason = 200;
    private const long Day = 86_400_000;

    /// <summary>For how many days note can be taken.</summary>
    public static IReadOnlyList<int> Days { get; } = [1, 7, 30, 90];

    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/patrol/check", CheckAsync, Permits.Operate);
        FormPosts.Post(routes, "/patrol/{name}/note", NoteAsync, Permits.Operate);
        FormPosts.Post(routes, "/patrol/{name}/unnote", WithdrawAsync, Permits.Operate);
    }

    private static async Task<IResult> CheckAsync(HttpContext context, IFormCollection form)
    {
        await FormPosts.Service<PatrolRound>(context).RunAsync(context.RequestAborted);
        await FormPosts.AuditAsync(context, "patrol.check", null, null);
        return FormPosts.See("/patrol");
    }

    private static async Task<IResult> NoteAsync(HttpContext context, IFormCollection form)
    {
        string terminal = Name(context), code = form["code"].ToString(), reason = form["reason"].ToString().Trim();
        if (reason.Length is 0 or > LongestReason || reason.Any(char.IsControl)) return FormPosts.See($"/patrol/{Uri.EscapeDataString(terminal)}?wrong=reason");
        if (!int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out int days) || !Days.Contains(days)) return Results.StatusCode(StatusCodes.Status400BadRequest);
        Viewer viewer = FormPosts.Service<Viewer>(context);
        long until = FormPosts.Service<TimeProvider>(context).GetUtcNow().ToUnixTimeMilliseconds() + (days * Day);
        if (!await FormPosts.Service<IPatrolStore>(context).AcknowledgeAsync(viewer.Scope, terminal, code, viewer.Name, reason, until, viewer.Address, context.RequestAborted)) return Results.NotFound();
        await FormPosts.Service<PatrolRound>(context).RunAsync(context.RequestAborted);
        return FormPosts.See($"/patrol/{Uri.EscapeDataString(terminal)}?told=noted");
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, IFormCollection form)
    {
        string terminal = Name(context);
        Viewer viewer = FormPosts.Service<Viewer>(context);
        if (!await FormPosts.Service<IPatrolStore>(context).WithdrawAsync(viewer.Scope, terminal, form["code"].ToString(), viewer.Name, viewer.Address, context.RequestAborted)) return Results.NotFound();
        await FormPosts.Service<PatrolRound>(context).RunAsync(context.RequestAborted);
        return FormPosts.See($"/patrol/{Uri.EscapeDataString(terminal)}?told=unnoted");
    }

    private static string Name(HttpContext context) => context.GetRouteValue("name")?.ToString() ?? "";
}
