using System.Globalization;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Api;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using NodaTime;

namespace Devices.Bridge.Web.Actions;

/// <summary>The buttons of the webhook's page.</summary>
internal static class WebhookPosts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Post(routes, "/webhook/pause", async (context, desk, form) =>
        {
            await desk.PauseAsync(Viewer(context).Name, context.RequestAborted);
            await FormPosts.AuditAsync(context, "webhook.pause", null, null);
            return "";
        });
        Post(routes, "/webhook/resume", async (context, desk, form) =>
        {
            await desk.ResumeAsync(context.RequestAborted);
            await FormPosts.AuditAsync(context, "webhook.resume", null, null);
            return "";
        });
        Post(routes, "/webhook/ping", async (context, desk, form) =>
        {
            DeliveryOutcome outcome = await desk.PingAsync(context.RequestAborted);
            await FormPosts.AuditAsync(context, "webhook.ping", null, outcome.Kind.ToString());
            return outcome.Kind == OutcomeKind.Accepted ? "?pinged=1" : "?pinged=0";
        });
        Post(routes, "/webhook/rotate", async (context, desk, form) =>
        {
            var (secret, problem) = desk.Rotate();
            await FormPosts.AuditAsync(context, "webhook.rotate", null, problem ?? "a new secret beside the old one");
            return secret is null ? "?wrong=rotate" : $"?made={context.RequestServices.GetRequiredService<ShownOnce>().Put(Viewer(context).Name, secret)}";
        });
        Post(routes, "/webhook/rotated", async (context, desk, form) =>
        {
            string? problem = desk.EndOverlap();
            await FormPosts.AuditAsync(context, "webhook.rotated", null, problem ?? "the old secret no longer signs");
            return problem is null ? "" : "?wrong=rotate";
        });
        Post(routes, "/webhook/replay", ReplayAsync);
    }

    /// <summary>A range as it is typed: dates or times at the site; null where it cannot be one.</summary>
    internal static (long From, long Until)? Range(string? from, string? to, SiteClock clock) =>
        SiteClock.TryRead(from ?? "", out LocalDateTime begin, out bool wholeBegin) && SiteClock.TryRead(to ?? "", out LocalDateTime end, out bool wholeEnd)
        && clock.Start(begin, wholeBegin) is var start && clock.End(end, wholeEnd) is var until && start < until ? (start, until) : null;

    // What is sent again is what was counted and shown: where it is another number by now, it is shown again first.
    private static async Task<string> ReplayAsync(HttpContext context, WebhookDesk desk, IFormCollection form)
    {
        IReplayStore replay = context.RequestServices.GetRequiredService<IReplayStore>();
        if (long.TryParse(form["one"], NumberStyles.None, CultureInfo.InvariantCulture, out long id))
        {
            int sent = await replay.ReplayOneAsync(WebhookDesk.TargetName, id, context.RequestAborted);
            await FormPosts.AuditAsync(context, "webhook.replay", null, $"punch {id}: {sent}");
            return $"?again={sent.ToString(CultureInfo.InvariantCulture)}";
        }

        string from = form["from"].ToString(), to = form["to"].ToString();
        string again = $"?from={Uri.EscapeDataString(from)}&to={Uri.EscapeDataString(to)}";
        if (Range(from, to, context.RequestServices.GetRequiredService<SiteClock>()) is not { } range) return again;
        long count = await replay.CountAsync(WebhookDesk.TargetName, range.From, range.Until, context.RequestAborted);
        if (form["count"] != count.ToString(CultureInfo.InvariantCulture)) return again;
        int changed = await replay.ReplayAsync(WebhookDesk.TargetName, range.From, range.Until, context.RequestAborted);
        await FormPosts.AuditAsync(context, "webhook.replay", null, $"{from} to {to}: {changed} punches");
        return $"?again={changed.ToString(CultureInfo.InvariantCulture)}";
    }

    private static void Post(IEndpointRouteBuilder routes, string pattern, Func<HttpContext, WebhookDesk, IFormCollection, Task<string>> work) => FormPosts.Post(
        routes, pattern,
        async (context, form) => context.RequestServices.GetService<WebhookDesk>() is { } desk ? FormPosts.See("/webhook" + await work(context, desk, form)) : Results.StatusCode(StatusCodes.Status404NotFound),
        Permits.Operate, Permits.EverySite);

    private static Viewer Viewer(HttpContext context) => context.RequestServices.GetRequiredService<Viewer>();
}
