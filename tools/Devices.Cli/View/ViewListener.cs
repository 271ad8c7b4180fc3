using System.Globalization;
using System.Net;
using Devices.Cli.App;
using Devices.Cli.Terminal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Cli.View;

/// <summary>
/// The page's server: loopback only, reading only, and only the view's own few paths of the agent's socket. It lives as long as
/// <c>devices view</c> runs.
/// </summary>
public sealed class ViewListener : IAsyncDisposable
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // What a browser may ask for, and what the agent is asked for then. Nothing else of the socket can be reached.
    private static readonly Dictionary<string, string> Files = new(StringComparer.Ordinal)
    {
        ["/"] = "/view/page/index.html", ["/view.js"] = "/view/page/view.js", ["/overlay.js"] = "/view/page/overlay.js",
        ["/view.css"] = "/view/page/view.css", ["/texts"] = "/view/page/texts",
    };

    private readonly WebApplication _app;
    private readonly AgentClient _agent;
    private readonly ViewLease _lease;
    private readonly ViewGate _gate;
    private readonly TimeSpan _idle;
    private readonly TimeProvider _time;
    private long _usedAt;
    private long _askedAt;
    private volatile bool _ended;

    private ViewListener(AgentClient agent, ViewLease lease, ViewGate gate, int port, TimeSpan idle, TimeProvider time)
    {
        (_agent, _lease, _gate, _idle, _time) = (agent, lease, gate, idle, time);
        _usedAt = time.GetTimestamp();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, o => o.Protocols = HttpProtocols.Http1);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 32;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public int Port { get; private set; }

    /// <summary>How long until the view closes, if nobody touches the page.</summary>
    public TimeSpan Left => _idle - _time.GetElapsedTime(Volatile.Read(ref _usedAt));

    /// <summary>Whether a page asked for frames in the last seconds.</summary>
    public bool IsWatched => Volatile.Read(ref _askedAt) is not 0 and var at && _time.GetElapsedTime(at) < TimeSpan.FromSeconds(3);

    private string CookieName => string.Create(CultureInfo.InvariantCulture, $"devices-view-{Port}");

    /// <param name="port">0 takes a free one.</param>
    /// <exception cref="CliException"><see cref="ExitCodes.PortTaken"/>.</exception>
    public static async Task<ViewListener> StartAsync(AgentClient agent, ViewLease lease, ViewGate gate, int port, TimeSpan idle, TimeProvider time)
    {
        var listener = new ViewListener(agent, lease, gate, port, idle, time);
        try
        {
            await listener._app.StartAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            await listener.DisposeAsync();
            throw new CliException(ExitCodes.PortTaken, $"The port {port} of this machine cannot be used: {fault.Message.TrimEnd('.')}.", inner: fault);
        }

        listener.Port = new Uri(listener._app.Urls.First()).Port;
        return listener;
    }

    /// <summary>From now on the page is told that the view was closed.</summary>
    public void End() => _ended = true;

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        string path = request.Path.Value ?? "/";
        if (!ViewGate.IsOwnName(request.Host.Host))
        {
            await SayAsync(context, 421, "This page answers only to the address that `devices view` printed.");
        }
        else if (request.Method != HttpMethods.Get)
        {
            await SayAsync(context, 405, "This page only shows; it takes nothing.");
        }
        else if (path == "/" && request.Query.TryGetValue("token", out var token))
        {
            await EnterAsync(context, token);
        }
        else if (!_gate.Knows(request.Cookies[CookieName]) || request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            if (path == "/frame") await StateAsync(context, 403, "denied");
            else await DenyAsync(context);
        }
        else if (path == "/frame")
        {
            await FrameAsync(context);
        }
        else if (Files.TryGetValue(path, out string? file))
        {
            if (path == "/") Used();
            await PassAsync(context, file);
        }
        else
        {
            await SayAsync(context, 404, "There is no such page.");
        }
    }

    private void Used() => Volatile.Write(ref _usedAt, _time.GetTimestamp());

    // The token's page leads on by itself instead of redirecting: a Strict cookie is not sent along a redirect that another site began.
    private Task EnterAsync(HttpContext context, string? token)
    {
        if (!_gate.Knows(context.Request.Cookies[CookieName]))
        {
            if (!_gate.Redeem(token)) return DenyAsync(context);
            context.Response.Cookies.Append(CookieName, _gate.Cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        }

        return HtmlAsync(context, 200, "<meta http-equiv=\"refresh\" content=\"0;url=/\">", "<p><a href=\"/\">Camera view · 摄像头调试画面</a></p>");
    }

    private async Task FrameAsync(HttpContext context)
    {
        Volatile.Write(ref _askedAt, _time.GetTimestamp());
        if (context.Request.Query["active"] == "1") Used();
        context.Response.Headers["X-View-Seconds-Left"] = Math.Max(0, (long)Left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (_ended) await StateAsync(context, 410, "closed");
        else if (_lease.Id is { } view) await PassAsync(context, "/view/frame?view=" + view);
        else await StateAsync(context, 503, _lease.State);
    }

    private async Task PassAsync(HttpContext context, string path)
    {
        try
        {
            using HttpResponseMessage answer = await _agent.OpenAsync(HttpMethod.Get, path, context.Request.Headers.AcceptLanguage.ToString(), Limit, context.RequestAborted);
            if (!answer.IsSuccessStatusCode)
            {
                await StateAsync(context, 503, "agent");
                return;
            }

            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            context.Response.ContentLength = answer.Content.Headers.ContentLength;
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The browser went.
        }
        catch (Exception fault) when (fault is CliException or IOException or HttpRequestException)
        {
            if (context.Response.HasStarted) context.Abort();
            else if (path == Files["/"]) await HtmlAsync(context, 503, "<meta http-equiv=\"refresh\" content=\"2\">", "<p>The terminal's agent has stopped or is starting. This page goes on by itself.</p><p lang=\"zh-CN\">终端的 agent 已停止或正在启动，本页会自动继续。</p>");
            else await StateAsync(context, 503, "agent");
        }
    }

    private static Task DenyAsync(HttpContext context) => HtmlAsync(context, 403, "",
        "<p>This address works once, in one browser. Run <code>devices view</code> again and open the new address.</p><p lang=\"zh-CN\">此地址只能在一个浏览器中使用一次。请重新运行 <code>devices view</code>，并打开新的地址。</p>");

    private static Task HtmlAsync(HttpContext context, int code, string head, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>devices view</title>{head}</head><body>{body}</body></html>", context.RequestAborted);
    }

    private static Task StateAsync(HttpContext context, int code, string state)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync($"{{\"state\":\"{state}\"}}", context.RequestAborted);
    }

    private static Task SayAsync(HttpContext context, int code, string sentence)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence, context.RequestAborted);
    }
}
