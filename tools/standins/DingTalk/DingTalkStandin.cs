using System.Net;
using System.Text;
using Devices.Standins.DingTalk.Events;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Devices.Standins.DingTalk;

/// <summary>
/// A running stand-in of the DingTalk cloud: both hosts (oapi and api) on one loopback port. Start it with
/// <see cref="StartAsync"/>, stop it by disposing.
/// </summary>
public sealed class DingTalkStandin : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IRecordStore _store;

    private DingTalkStandin(WebApplication app, IRecordStore store)
    {
        _app = app;
        _store = store;
        var addresses = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Address = new Uri(addresses.Addresses.First());
    }

    /// <summary>Where it listens, with the real port.</summary>
    public Uri Address { get; }

    /// <summary>Starts listening.</summary>
    /// <param name="arguments">The parsed command line.</param>
    /// <param name="clock">The cloud's clock; the system's when null.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="BadInputException">A file cannot be used, or the port is taken.</exception>
    public static async Task<DingTalkStandin> StartAsync(
        StandinArguments arguments, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var people = arguments.ReadPeople();
        IRecordStore store = arguments.Store is null ? new MemoryStore() : new FileStore(arguments.Store);
        try
        {
            var app = Build(arguments, new Cloud(arguments.Settings, people, store, clock ?? TimeProvider.System));
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch (IOException exception)
            {
                await app.DisposeAsync();
                throw new BadInputException($"Cannot listen on {arguments.Url}: {exception.Message} Choose another port with --urls, or port 0.", exception);
            }

            return new(app, store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Runs until the process is asked to end.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _store.Dispose();
    }

    private static WebApplication Build(StandinArguments arguments, Cloud cloud)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        var gateway = new StreamGateway(cloud);
        builder.Services.AddHostedService(_ => new EventPump(cloud, gateway));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            var address = arguments.Url.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(arguments.Url.Host.Trim('[', ']'));
            kestrel.Listen(address, arguments.Url.Port);
        });

        var app = builder.Build();
        var catalogue = new ApiCatalogue(cloud, gateway);
        var pipeline = new ApiPipeline(cloud);
        var page = new StatusPage(cloud);
        app.Use(ReportFaultsAsync);
        app.Use((context, next) => catalogue.Find(context.Request) is { } api ? pipeline.RunAsync(context, api) : next(context));
        app.UseWebSockets();
        app.UseRouting();
        app.MapGet("/stream/connect", gateway.ConnectAsync);
        app.MapGet("/", () => Results.Text(page.Render(), "text/html", Encoding.UTF8));
        app.MapGet("/_standin/oauth2/auth", (HttpContext context) =>
        {
            lock (cloud.Gate) return catalogue.SignIn.Authorize(context.Request.Query);
        });
        new ControlApi(cloud, catalogue.Robot, catalogue.Notices, gateway).Map(app);
        return app;
    }

    /// <summary>A fault of the stand-in itself (a full disk under --store, say) is told on stderr, never hidden.</summary>
    private static async Task ReportFaultsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"standin-dingtalk: {context.Request.Method} {context.Request.Path} failed: {exception.Message}");
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = 500;
                await context.Response.WriteAsync("""{"code":"systemError","message":"the stand-in itself failed; see its output"}""");
            }
        }
        catch (Exception)
        {
            // The client has gone; nobody is left to answer.
        }
    }
}
