using System.Globalization;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Reconciliation;
using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Localization;

namespace Devices.Bridge.Web.Actions;

/// <summary>
/// What the pages' buttons do. Each is a POST with the page's antiforgery token, leaves an audit row, and answers with a redirect,
/// so that reloading repeats nothing.
/// </summary>
internal static class FormPosts
{
    private const int MostAtOnce = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Post(routes, "/logout", LogOutAsync, Permits.OwnAccount);
        Post(routes, "/language", ChooseLanguageAsync).AllowAnonymous();
        Post(routes, "/punches/resend", ResendAsync, Permits.Correct);
        Post(routes, "/exceptions/{id:long}/resolve", ResolveAsync, Permits.Settle);
        Post(routes, "/delivery/try", TryDeliveryAsync, Permits.Operate, Permits.EverySite);
        Post(routes, "/delivery/targets/resend", ResendTargetAsync, Permits.Operate, Permits.EverySite);
        Post(routes, "/delivery/compare", CompareAsync, Permits.Operate, Permits.EverySite);
        Post(routes, "/roster/pull", PullRosterAsync, Permits.ManagePeople, Permits.EverySite);
        Post(routes, "/roster/keep", KeepRosterAsync, Permits.ManagePeople, Permits.EverySite);
        Post(routes, "/roster/release", ReleaseRosterAsync, Permits.ManagePeople, Permits.EverySite);
    }

    // The metadata makes the antiforgery middleware check the token; reading the form without a valid one is refused with 400.
    internal static RouteHandlerBuilder Post(IEndpointRouteBuilder routes, string pattern, Func<HttpContext, IFormCollection, Task<IResult>> work, params string[] permits)
    {
        RouteHandlerBuilder route = routes.MapPost(pattern, async (HttpContext context) =>
        {
            if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true }) return Results.StatusCode(StatusCodes.Status400BadRequest);
            if (!context.Request.HasFormContentType) return Results.StatusCode(StatusCodes.Status400BadRequest);
            return await work(context, await context.Request.ReadFormAsync(context.RequestAborted));
        }).WithMetadata(new NeedsToken());
        return permits.Length > 0 ? route.RequireAuthorization(permits) : route;
    }

    private static async Task<IResult> LogOutAsync(HttpContext context, IFormCollection form)
    {
        await AuditAsync(context, "logout", null, null);
        await Service<SignIn>(context).EndOwnAsync(context, "log-out");
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return See("/login");
    }

    private static Task<IResult> ChooseLanguageAsync(HttpContext context, IFormCollection form)
    {
        string culture = form["culture"].ToString();
        if (Texts.Cultures.Contains(culture))
        {
            context.Response.Cookies.Append(
                CookieRequestCultureProvider.DefaultCookieName,
                CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture)),
                new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, MaxAge = TimeSpan.FromDays(365), IsEssential = true });
        }

        return Task.FromResult(See(LocalAddress.Or(form["return"])));
    }

    private static async Task<IResult> ResendAsync(HttpContext context, IFormCollection form)
    {
        // A row's own button sends that row, whatever is ticked.
        IEnumerable<string?> chosen = form["one"].Count > 0 ? form["one"] : form["id"];
        List<long> ids = [.. chosen.Take(MostAtOnce).Select(Number).OfType<long>().Distinct()];
        int changed = ids.Count == 0 ? 0 : await Service<IOutboxStore>(context).ResendAsync(Scope(context), ids, context.RequestAborted);
        await AuditAsync(context, "outbox.resend", string.Join(',', ids), $"{changed} sent again");
        Service<DeliveryStatus>(context).Wake();
        return See($"/{(form["from"] == "delivery" ? "delivery" : "exceptions")}?resent={changed.ToString(CultureInfo.InvariantCulture)}");
    }

    private static async Task<IResult> ResolveAsync(HttpContext context, IFormCollection form)
    {
        string id = context.GetRouteValue("id")?.ToString() ?? "";
        bool closed = await Service<IExceptionStore>(context).ResolveAsync(Scope(context), long.Parse(id, CultureInfo.InvariantCulture), Actor(context), context.RequestAborted);
        await AuditAsync(context, "exception.resolve", id, closed ? null : "was not open");
        return See("/exceptions");
    }

    // A target's dead letters all together; its pause ends too.
    private static async Task<IResult> ResendTargetAsync(HttpContext context, IFormCollection form)
    {
        string name = form["target"].ToString();
        if (Service<TargetHost>(context).Lanes.FirstOrDefault(l => l.Target == name) is not { } lane) return Results.StatusCode(StatusCodes.Status400BadRequest);
        IReadOnlyList<long> ids = await Service<ITargetStore>(context).DeadAsync(name, MostAtOnce, context.RequestAborted);
        int changed = await Service<IOutboxStore>(context).ResendAsync(Scope(context), name, ids, context.RequestAborted);
        await AuditAsync(context, "outbox.resend", name, $"{changed} sent again");
        lane.Status.TryNow();
        return See($"/delivery?resent={changed.ToString(CultureInfo.InvariantCulture)}");
    }

    private static async Task<IResult> CompareAsync(HttpContext context, IFormCollection form)
    {
        await AuditAsync(context, "delivery.compare", null, null);
        if (context.RequestServices.GetService<ReconcileService>() is { } service) await service.LookAsync(now: true, context.RequestAborted);
        return See("/delivery");
    }

    private static async Task<IResult> TryDeliveryAsync(HttpContext context, IFormCollection form)
    {
        Service<DeliveryStatus>(context).TryNow();
        await AuditAsync(context, "delivery.try", null, null);
        return See("/exceptions");
    }

    private static async Task<IResult> PullRosterAsync(HttpContext context, IFormCollection form)
    {
        bool confirmed = form["confirm"] == "1";
        if (context.RequestServices.GetService<RosterService>() is not { } roster) return See("/roster");
        RosterStatus before = await RosterService.StatusAsync(Service<ISettingStore>(context), context.RequestAborted);
        await AuditAsync(context, confirmed ? "roster.confirm" : "roster.pull", confirmed ? Ids(before.Gone) : null, null);
        await roster.PullAsync(confirmed, context.RequestAborted);
        return See("/roster");
    }

    private static async Task<IResult> KeepRosterAsync(HttpContext context, IFormCollection form)
    {
        if (context.RequestServices.GetService<RosterService>() is not { } roster) return See("/roster");
        IReadOnlyList<string> kept = await roster.RejectAsync(context.RequestAborted);
        await AuditAsync(context, "roster.keep", Ids(kept), $"{kept.Count} kept");
        return See("/roster");
    }

    private static async Task<IResult> ReleaseRosterAsync(HttpContext context, IFormCollection form)
    {
        if (context.RequestServices.GetService<RosterService>() is not { } roster) return See("/roster");
        IReadOnlyList<string> released = await roster.ReleaseAsync(context.RequestAborted);
        await AuditAsync(context, "roster.release", Ids(released), $"{released.Count} no longer kept");
        await roster.PullAsync(confirmed: false, context.RequestAborted);
        return See("/roster");
    }

    private static string Ids(IReadOnlyList<string> ids) => string.Join(',', ids.Take(MostAtOnce));

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null;

    // 303: whatever the browser does next is a GET.
    internal static IResult See(string address) => new SeeOther(address);

    internal static string Actor(HttpContext context) => context.User.Identity?.Name ?? "unknown";

    private static SiteScope Scope(HttpContext context) => Service<Viewer>(context).Scope;

    internal static Task AuditAsync(HttpContext context, string action, string? target, string? detail) =>
        Service<IAuditStore>(context).AuditAsync(Actor(context), action, target, detail, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);

    internal static T Service<T>(HttpContext context)
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    private sealed class NeedsToken : IAntiforgeryMetadata
    {
        public bool RequiresValidation => true;
    }
}
