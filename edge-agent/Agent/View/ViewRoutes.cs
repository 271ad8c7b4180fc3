using System.Text.Json;
using Devices.Edge.Agent.Admin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Devices.Edge.Agent.View;

/// <summary>The view's calls on the local socket; <c>devices view</c> passes them on to a browser on this machine.</summary>
public static class ViewRoutes
{
    public static void MapView(this IEndpointRouteBuilder routes, ViewDesk desk, CancellationToken stopping)
    {
        routes.MapPost("/view", context => OpenAsync(context, desk, stopping));
        routes.MapGet("/view/frame", context => FrameAsync(context, desk, stopping));
        routes.MapGet("/view/page/{name}", PageAsync);
    }

    // The connection is the view: however its other end goes, the view is closed with it.
    private static async Task OpenAsync(HttpContext context, ViewDesk desk, CancellationToken stopping)
    {
        if (desk.Open(context.Request.Query["by"]) is not { } id)
        {
            await RefuseAsync(context, 429, $"{ViewDesk.Most} debug views are open on this terminal already; close one of them.").ConfigureAwait(false);
            return;
        }

        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            context.Response.ContentType = "application/x-ndjson";
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new ViewOpened(id), ViewJson.Default.ViewOpened), (byte)'\n'];
            await context.Response.Body.WriteAsync(line, end.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closed, or the agent stops.
        }
        finally
        {
            desk.Close(id);
        }
    }

    private static async Task FrameAsync(HttpContext context, ViewDesk desk, CancellationToken stopping)
    {
        if (!desk.Has(context.Request.Query["view"].ToString()))
        {
            await RefuseAsync(context, 410, "This view is closed; open it again.").ConfigureAwait(false);
            return;
        }

        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        byte[] packet;
        try
        {
            packet = await desk.PacketAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, 503, "The agent stops.").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = packet.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(packet, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task PageAsync(HttpContext context)
    {
        string name = (string)context.Request.RouteValues["name"]!;
        if (name == "texts") name = ViewPage.TextsFor(context.Request.Headers.AcceptLanguage);
        if (ViewPage.Find(name) is not { } file)
        {
            await RefuseAsync(context, 404, $"The view has no file '{name}'.").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = file.Type;
        context.Response.ContentLength = file.Content.Length;
        await context.Response.Body.WriteAsync(file.Content, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task RefuseAsync(HttpContext context, int code, string reason)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new ProblemAnswer(reason), AdminJson.Default.ProblemAnswer), context.RequestAborted).ConfigureAwait(false);
    }
}
