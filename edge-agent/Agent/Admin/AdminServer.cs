using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.View;
using Devices.Edge.Ledger.Uplink;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Admin;

/// <summary>
/// The local HTTP API over the Unix socket <c>agent.sock</c> (mode 0600 in a directory of mode 0700): who may open the socket is the
/// whole access control, so it never listens on the network.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    // Only this machine's technician reads it: names in Chinese and apostrophes stay readable.
    private static readonly AdminJson Json = new(new JsonSerializerOptions(AdminJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private readonly WebApplication _app;
    private readonly string _socket;

    private AdminServer(WebApplication app, string socket)
    {
        _app = app;
        _socket = socket;
    }

    /// <summary>Binds the socket; a stale file of a killed agent is replaced (the ledger's lock has already shown that no other agent runs).</summary>
    public static async Task<AdminServer> StartAsync(
        string socket, EnrolmentDesk desk, PeopleStore people, PinBook pins, Narration narration, Func<HealthAnswer> health, Func<StatusAnswer> status, ViewDesk view, SiteDesk site, Func<CancellationToken, Task<UplinkCheck>> uplink, SelfTestDesk selfTest, CancellationToken stopping)
    {
        File.Delete(socket);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(socket);
            kestrel.Limits.MaxRequestBodySize = BodyLimit.MaxRead;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddSingleton<IHostLifetime, AgentsLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<ILoggerFactory>(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        // BodyLimit's is the only one, so that one place says what is too much.
        builder.Services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = long.MaxValue);
        WebApplication app = builder.Build();
        app.UseRouting();
        app.Use(ContainAsync);
        app.Use(BodyLimit.HoldAsync);
        app.MapGet("/health", context =>
        {
            HealthAnswer answer = health();
            return WriteAsync(context, answer.Ready ? 200 : 503, answer, Json.HealthAnswer);
        });
        app.MapGet("/status", context => WriteAsync(context, 200, status(), Json.StatusAnswer));
        app.MapPost("/uplink/check", async context => await WriteAsync(context, 200, await uplink(context.RequestAborted).ConfigureAwait(false), Json.UplinkCheck).ConfigureAwait(false));
        app.MapGet("/people", context => WriteAsync(context, 200, people.List(), Json.IReadOnlyListPerson));
        app.MapGet("/people/lookalikes", context => LookAlikesAsync(context, desk));
        app.MapPost("/people", context => EnrolAsync(context, desk, narration));
        app.MapDelete("/people/{id}", context => EraseAsync(context, desk, people, pins, narration));
        app.MapPut("/people/{id}/pin", context => SetPinAsync(context, people, pins, narration));
        app.MapDelete("/people/{id}/pin", context => RemovePinAsync(context, pins, narration));
        app.MapGet("/events", context => EventsAsync(context, narration, stopping));
        app.MapView(view, stopping);
        app.MapPost("/self-test", context => WriteAsync(context, 202, selfTest.Begin(), Json.SelfTestAnswer));
        app.MapGet("/self-test/{id:guid}", context => WriteAsync(context, 200, selfTest.Look(Guid.Parse((string)context.Request.RouteValues["id"]!)), Json.SelfTestAnswer));
        app.MapGet("/site", context => WriteAsync(context, 200, site.Status(), Json.SiteStatus));
        app.MapPost("/site/create", context => SiteAsync(context, site, site.Create()));
        app.MapPost("/site/approve", async context => await SiteAsync(context, site, await FormAsync(context) is { } form ? site.Approve(form["terminal"].ToString(), form["code"].ToString()) : "Send a form with terminal and code.").ConfigureAwait(false));
        app.MapPost("/site/revoke", async context => await SiteAsync(context, site, await FormAsync(context) is { } form ? site.Revoke(form["terminal"].ToString()) : "Send a form with terminal.").ConfigureAwait(false));
        app.MapPost("/site/leave", context =>
        {
            site.Leave();
            return SiteAsync(context, site, null);
        });
        app.MapFallback(context => WriteAsync(context, 404, new ProblemAnswer($"There is no {context.Request.Method} {context.Request.Path}."), Json.ProblemAnswer));
        try
        {
            await app.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new StartException($"The local socket {socket} cannot be made: {fault.Message}", fault);
        }

        File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new(app, socket);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _app.StopAsync(limit.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        File.Delete(_socket);
    }

    // Signals are the agent's to hear: a web host's own lifetime would end this server ahead of its turn, or in the middle of its start.
    private sealed class AgentsLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    // No stack trace ever reaches a technician.
    private static async Task ContainAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away.
        }
        catch (BadHttpRequestException fault) when (!context.Response.HasStarted && fault.StatusCode == 413)
        {
            await WriteAsync(context, 413, new ProblemAnswer("A request may hold 64 MiB. Send fewer or smaller pictures; nothing of this one was taken."), Json.ProblemAnswer).ConfigureAwait(false);
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            int code = fault is BadHttpRequestException bad ? bad.StatusCode : fault is InvalidDataException ? 400 : 500;
            await WriteAsync(context, code, new ProblemAnswer(fault.Message), Json.ProblemAnswer).ConfigureAwait(false);
        }
    }

    private static async Task EnrolAsync(HttpContext context, EnrolmentDesk desk, Narration narration)
    {
        if (!context.Request.HasFormContentType)
        {
            await WriteAsync(context, 415, new ProblemAnswer("Send a multipart form with id, name, card (optional) and one or more files 'picture'."), Json.ProblemAnswer).ConfigureAwait(false);
            return;
        }

        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string? stray = form.Keys.FirstOrDefault(k => k is not ("id" or "name" or "card" or "allow" or "replace_face" or "reason")) ?? form.Files.FirstOrDefault(f => f.Name != "picture")?.Name;
        if (stray is not null)
        {
            await WriteAsync(context, 400, new ProblemAnswer($"The field '{stray}' is not known; use id, name, card, picture, allow, replace_face and reason."), Json.ProblemAnswer).ConfigureAwait(false);
            return;
        }

        List<(string, byte[])> pictures = [];
        foreach (IFormFile file in form.Files)
        {
            using MemoryStream buffer = new((int)file.Length);
            await file.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
            pictures.Add((file.FileName.Length > 0 ? Path.GetFileName(file.FileName) : $"picture {pictures.Count + 1}", buffer.ToArray()));
        }

        IReadOnlyList<string>? cards = form.TryGetValue("card", out Microsoft.Extensions.Primitives.StringValues values)
            ? [.. values.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))]
            : null;
        EnrolmentAnswer answer = await Task.Run(() => desk.Enrol(form["id"], form["name"], cards, pictures, Permit(form)), context.RequestAborted).ConfigureAwait(false);
        if (answer.Enrolled)
        {
            string with = pictures.Count == 0 ? "without pictures" : $"from {answer.Pictures.Count(p => p.Accepted)} of {pictures.Count} {(pictures.Count == 1 ? "picture" : "pictures")}";
            narration.Tell(new NarrationEvent { Kind = "enrolled", Person = answer.Id, Name = answer.Name, Text = $"{answer.Name} ({answer.Id}) was enrolled {with}." });
        }

        int code = answer.Outcome switch
        {
            EnrolmentOutcome.Enrolled => 200,
            EnrolmentOutcome.BadRequest => 400,
            EnrolmentOutcome.Conflict => 409,
            EnrolmentOutcome.Unavailable => 503,
            _ => 422,
        };
        await WriteAsync(context, code, new EnrolAnswer(answer.Id, answer.Name, answer.Enrolled, answer.Templates, answer.Pictures, answer.Reason, answer.LookAlikes, answer.Allowed), Json.EnrolAnswer).ConfigureAwait(false);
    }

    // Field allow: ids whom the face may resemble; replace_face: true; reason: why.
    private static EnrolmentPermit Permit(IFormCollection form) => new(
        [.. form["allow"].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)],
        form["replace_face"] == "true", form["reason"].ToString());

    private static async Task LookAlikesAsync(HttpContext context, EnrolmentDesk desk)
    {
        LookAlikeReport? report = await Task.Run(() => desk.FindLookAlikes(context.RequestAborted), context.RequestAborted).ConfigureAwait(false);
        if (report is null) await WriteAsync(context, 503, new ProblemAnswer("The face models are not running; see the status page for why."), Json.ProblemAnswer).ConfigureAwait(false);
        else await WriteAsync(context, 200, report, Json.LookAlikeReport).ConfigureAwait(false);
    }

    private static Task EraseAsync(HttpContext context, EnrolmentDesk desk, PeopleStore people, PinBook pins, Narration narration)
    {
        string id = (string)context.Request.RouteValues["id"]!;
        string? name = people.Find(id)?.Name;
        if (!desk.Erase(id)) return WriteAsync(context, 404, new ProblemAnswer($"Nobody has the id '{id}' here."), Json.ProblemAnswer);
        pins.Remove(id);
        narration.Tell(new NarrationEvent { Kind = "erased", Person = id, Name = name, Text = $"{name} ({id}) was erased: face templates, cards and name; punches stay." });
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    // Form: number (default: the id, where that is digits) and pin. Neither is ever told or logged.
    private static async Task SetPinAsync(HttpContext context, PeopleStore people, PinBook pins, Narration narration)
    {
        string id = (string)context.Request.RouteValues["id"]!;
        if (people.Find(id) is not { } person)
        {
            await WriteAsync(context, 404, new ProblemAnswer($"Nobody has the id '{id}' here."), Json.ProblemAnswer).ConfigureAwait(false);
            return;
        }

        if (!context.Request.HasFormContentType)
        {
            await WriteAsync(context, 415, new ProblemAnswer("Send a form with number (optional) and pin."), Json.ProblemAnswer).ConfigureAwait(false);
            return;
        }

        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string number = form["number"].ToString() is { Length: > 0 } given ? given : id;
        if (pins.Set(id, number, form["pin"].ToString()) is { } refused)
        {
            await WriteAsync(context, 400, new ProblemAnswer(refused), Json.ProblemAnswer).ConfigureAwait(false);
            return;
        }

        narration.Tell(new NarrationEvent { Kind = "enrolled", Person = id, Name = person.Name, Text = $"{person.Name} ({id}) was given a PIN." });
        context.Response.StatusCode = 204;
    }

    private static Task RemovePinAsync(HttpContext context, PinBook pins, Narration narration)
    {
        string id = (string)context.Request.RouteValues["id"]!;
        if (!pins.Remove(id)) return WriteAsync(context, 404, new ProblemAnswer($"'{id}' has no PIN here."), Json.ProblemAnswer);
        narration.Tell(new NarrationEvent { Kind = "erased", Person = id, Text = $"The PIN of {id} was taken away." });
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static async Task<IFormCollection?> FormAsync(HttpContext context) =>
        context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false) : null;

    private static Task SiteAsync(HttpContext context, SiteDesk site, string? refused) =>
        refused is null ? WriteAsync(context, 200, site.Status(), Json.SiteStatus) : WriteAsync(context, 409, new ProblemAnswer(refused), Json.ProblemAnswer);

    // JSON lines; with follow=1 the connection stays open. The lines kept so far come first with history=1.
    private static async Task EventsAsync(HttpContext context, Narration narration, CancellationToken stopping)
    {
        context.Response.ContentType = "application/x-ndjson";
        bool follow = context.Request.Query["follow"] == "1";
        using Narration.Follower follower = narration.Follow();
        if (!follow || context.Request.Query["history"] == "1")
        {
            foreach (NarrationEvent line in narration.Recent) await LineAsync(context, line, context.RequestAborted).ConfigureAwait(false);
        }

        if (!follow) return;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await context.Response.StartAsync(end.Token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
        try
        {
            await foreach (NarrationEvent line in follower.ReadAllAsync(end.Token).ConfigureAwait(false))
            {
                await LineAsync(context, line, end.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The follower went, or the agent stops.
        }
    }

    private static async Task LineAsync(HttpContext context, NarrationEvent line, CancellationToken cancellationToken)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(line, Json.NarrationEvent);
        await context.Response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync<T>(HttpContext context, int code, T answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, type), context.RequestAborted).ConfigureAwait(false);
    }
}
