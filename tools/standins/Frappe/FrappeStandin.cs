using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Devices.Standins.Frappe;

/// <summary>A running stand-in of an ERPNext / Frappe HR site on a loopback port. Stop it by disposing.</summary>
public sealed class FrappeStandin : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FrappeStandin(WebApplication app, FrappeSite site)
    {
        (_app, Site) = (app, site);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    /// <summary>Where it listens, with the real port.</summary>
    public Uri Address { get; }

    /// <summary>What it holds, and what it plays.</summary>
    public FrappeSite Site { get; }

    /// <param name="port">0 for a free one.</param>
    public static async Task<FrappeStandin> StartAsync(FrappeSettings? settings = null, int port = 0)
    {
        FrappeSite site = new() { Settings = settings ?? new() };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        WebApplication app = builder.Build();
        ResourceApi resources = new(site);
        app.UseRouting();
        app.Map("/api/resource/{doctype}", (HttpContext context, string doctype) => resources.RunAsync(context, doctype));
        app.Map("/api/resource/{doctype}/{name}", (HttpContext context, string doctype, string name) => resources.RunAsync(context, doctype, name));
        ControlApi.Map(app, site);
        await app.StartAsync();
        return new(app, site);
    }

    /// <summary>Runs until the process is asked to end.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
