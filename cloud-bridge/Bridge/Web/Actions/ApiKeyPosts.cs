using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Api;
using Devices.Bridge.Web.Time;
using NodaTime;

namespace Devices.Bridge.Web.Actions;

/// <summary>The buttons of the page of programs' keys.</summary>
internal static class ApiKeyPosts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/api-keys/add", AddAsync, Permits.ManageSettings, Permits.EverySite);
        FormPosts.Post(routes, "/api-keys/{id:long}/revoke", RevokeAsync, Permits.ManageSettings, Permits.EverySite);
    }

    private static async Task<IResult> AddAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        List<string> resources = [.. form["resource"].OfType<string>().Distinct()];
        bool everySite = form["every"] == "1";
        List<string> sites = [.. form["site"].OfType<string>()];
        string name = form["name"].ToString().Trim();
        long? until = null;
        if (ApiToken.Check(name, resources) is not null) return FormPosts.See("/api-keys?wrong=name");
        if (!everySite && sites.Count == 0) return FormPosts.See("/api-keys?wrong=sites");
        if (form["until"].ToString() is { Length: > 0 } day)
        {
            if (!SiteClock.TryRead(day, out LocalDateTime time, out bool whole) || !whole) return FormPosts.See("/api-keys?wrong=until");
            until = context.RequestServices.GetRequiredService<SiteClock>().Range(time.Date).Until;
        }

        string token = await ApiToken.AddAsync(
            context.RequestServices.GetRequiredService<IApiKeyStore>(), context.RequestServices.GetRequiredService<IAuditStore>(), name, resources,
            everySite ? SiteScope.All : SiteScope.Of(sites), until, viewer.Name, viewer.Address, context.RequestAborted);
        return FormPosts.See($"/api-keys?made={context.RequestServices.GetRequiredService<ShownOnce>().Put(viewer.Name, token)}");
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        long id = long.Parse(context.Request.RouteValues["id"]!.ToString()!, CultureInfo.InvariantCulture);
        if (await context.RequestServices.GetRequiredService<IApiKeyStore>().RevokeAsync(id, viewer.Name, context.RequestAborted))
            await context.RequestServices.GetRequiredService<IAuditStore>().AuditAsync(viewer.Name, "api-key.revoke", id.ToString(CultureInfo.InvariantCulture), null, viewer.Address, context.RequestAborted);
        return FormPosts.See("/api-keys");
    }
}
