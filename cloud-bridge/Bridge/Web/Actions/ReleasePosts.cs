using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Updates;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Actions;

/// <summary>The buttons of the page of releases. The store writes their audit rows, in the same transaction.</summary>
internal static class ReleasePosts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/releases/begin", BeginAsync, Permits.Operate, Permits.EverySite);
        State(routes, "pause", RolloutState.Paused);
        State(routes, "resume", RolloutState.Running);
        State(routes, "cancel", RolloutState.Cancelled);
    }

    private static async Task<IResult> BeginAsync(HttpContext context, IFormCollection form)
    {
        string[] what = form["what"].ToString().Split('/');
        string site = form["site"].ToString().Trim(), named = form["terminals"].ToString();
        string? fault = null;
        int[] stages = [.. form["stages"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Number)];
        RolloutPlan? plan = what.Length != 3 ? null : new()
        {
            Kind = what[0], Name = what[1], Version = what[2], Stages = stages, SoakMinutes = Number(form["soak"]), AbortPercent = Number(form["abort"]), SilentMinutes = Number(form["silent"]),
            Site = site.Length == 0 ? null : SiteNames.Read(site, out fault) ?? "", EnrolAgain = form["again"] == "1",
            Terminals = named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } terminals ? terminals : null,
        };
        fault ??= plan is null ? "Choose a version." : plan.Check();
        if (fault is null && !FormPosts.Service<UpdateRepository>(context).Packages().Any(one => one.Kind == plan!.Kind && one.Name == plan.Name && one.Version == plan.Version)) fault = "This version is not published here.";
        if (fault is not null) return FormPosts.See($"/releases?wrong={Uri.EscapeDataString(fault)}");
        await FormPosts.Service<IRolloutStore>(context).BeginAsync(plan!, Viewer(context).Name, Viewer(context).Address, context.RequestAborted);
        return FormPosts.See("/releases?told=begun");
    }

    private static void State(IEndpointRouteBuilder routes, string word, RolloutState state) => FormPosts.Post(routes, $"/releases/{word}", async (context, form) =>
    {
        bool done = Guid.TryParse(form["id"], out Guid id) && await FormPosts.Service<IRolloutStore>(context).SetStateAsync(id, state, null, Viewer(context).Name, Viewer(context).Address, context.RequestAborted);
        return FormPosts.See($"/releases?told={(done ? "changed" : "unchanged")}");
    }, Permits.Operate, Permits.EverySite);

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private static Viewer Viewer(HttpContext context) => FormPosts.Service<Viewer>(context);
}
