using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Actions;

/// <summary>Making and revoking links of wall boards.</summary>
internal static class WallPosts
{
    private const int LongestLabel = 80;

    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/walls/add", AddAsync, Permits.ReadPunches, Permits.Export);
        FormPosts.Post(routes, "/walls/{id:long}/revoke", RevokeAsync, Permits.ReadPunches, Permits.Export);
    }

    private static async Task<IResult> AddAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        string label = form["label"].ToString().Trim();
        string? site = form["site"] == "*" ? null : form["site"].ToString();
        // Nobody shows more on a wall than they see themselves.
        bool may = site is null ? viewer.Scope.Everything : viewer.Scope.Holds(site);
        if (!may || label.Length is 0 or > LongestLabel || label.Any(char.IsControl)) return Results.StatusCode(StatusCodes.Status400BadRequest);
        bool names = form["names"] == "1";
        string secret = WallLinks.Create();
        await context.RequestServices.GetRequiredService<IWallStore>().AddAsync(WallLinks.Hash(secret)!, label, site, names, viewer.Name, context.RequestAborted);
        await FormPosts.AuditAsync(context, "wallboard.add", label, $"{(site is null ? "every site" : site.Length == 0 ? "main site" : site)}, {(names ? "with names" : "numbers only")}");
        return FormPosts.See($"/walls?made={FormPosts.Service<ShownOnce>(context).Put(viewer.Name, secret)}");
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        string id = context.GetRouteValue("id")?.ToString() ?? "";
        bool done = await context.RequestServices.GetRequiredService<IWallStore>().RevokeAsync(viewer.Scope, long.Parse(id, CultureInfo.InvariantCulture), viewer.Name, context.RequestAborted);
        await FormPosts.AuditAsync(context, "wallboard.revoke", id, done ? null : "was not open");
        return FormPosts.See("/walls");
    }
}
