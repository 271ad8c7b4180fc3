using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Devices.Bridge.Tests.Kit;

/// <summary>A web server on a free port of this machine that answers as a test says.</summary>
internal sealed class SmallWeb : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SmallWeb(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<SmallWeb> StartAsync(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        SmallWeb web = new(builder.Build());
        web._app.Run(answer);
        await web._app.StartAsync(TestContext.Current.CancellationToken);
        return web;
    }

    /// <summary>In DingTalk's place: it gives a token to whoever asks, and answers all else as the test says.</summary>
    public static Task<SmallWeb> PlatformAsync(RequestDelegate answer) => StartAsync(context =>
        context.Request.Path.Value!.Contains("oauth2", StringComparison.Ordinal) ? context.Response.WriteAsync("""{"accessToken":"t","expireIn":7200}""") : answer(context));

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource soon = new(TimeSpan.FromSeconds(1));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
