using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Devices.Standins.Camera;

/// <summary>A running camera stand-in. Start it with <see cref="StartAsync"/>, stop it by disposing.</summary>
public sealed class CameraStandin : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CameraStandin(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Address = new Uri(addresses.Addresses.First());
    }

    /// <summary>Where it listens, with the real port.</summary>
    public Uri Address { get; }

    /// <summary>Starts the camera.</summary>
    /// <exception cref="BadInputException">The port is taken.</exception>
    public static async Task<CameraStandin> StartAsync(CameraArguments arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var app = Build(arguments);
        try
        {
            await app.StartAsync(cancellationToken);
            return new(app);
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new BadInputException($"Cannot listen on {arguments.Url}: {exception.Message} Choose another port with --urls, or port 0.", exception);
        }
    }

    /// <summary>Runs until the process is asked to end, or the reader of standard output ends.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(CameraArguments arguments)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton(arguments).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FrameHub>().AddSingleton<FrameFaults>().AddSingleton<CameraApi>().AddSingleton<Director>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Director>());
        builder.Services.AddHostedService<FolderPlayer>().AddHostedService<StdoutWriter>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // A viewer that stands still for a while is its own affair.
            kestrel.Limits.MinResponseDataRate = null;
            var address = arguments.Url.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(arguments.Url.Host.Trim('[', ']'));
            kestrel.Listen(address, arguments.Url.Port);
        });

        var app = builder.Build();
        app.UseRouting();
        app.Services.GetRequiredService<CameraApi>().Map(app);
        return app;
    }
}
