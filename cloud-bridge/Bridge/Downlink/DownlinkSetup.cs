using Devices.Bridge.Ingest;
using Devices.Bridge.Store;

namespace Devices.Bridge.Downlink;

/// <summary>Registers what goes down to terminals.</summary>
public static class DownlinkSetup
{
    public static WebApplicationBuilder AddDownlink(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddSingleton<DownlinkOptions>();
        services.AddSingleton<RosterComposer>();
        services.AddSingleton<RosterLine>();
        services.AddSingleton<DownlinkPump>();
        services.AddSingleton<ITerminalEar>(provider => provider.GetRequiredService<DownlinkPump>());
        // Before the endpoint lets anybody in: hello is judged against the line.
        services.AddHostedService<LineOpener>();
        services.AddHostedService(provider => provider.GetRequiredService<DownlinkPump>());
        return builder;
    }

    private sealed class LineOpener(RosterLine line) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => line.OpenAsync(cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
