using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Devices.Bridge.Downlink;

/// <summary>Registers what goes down to terminals.</summary>
public static class DownlinkSetup
{
    public static WebApplicationBuilder AddDownlink(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddSingleton<DownlinkOptions>();
        // A bridge without a source of people has nobody to send down.
        services.TryAddSingleton<IRosterChanges, NoRoster>();
        services.AddSingleton<RosterComposer>();
        services.AddSingleton<RosterLine>();
        services.AddSingleton<RelayLine>();
        services.AddSingleton<Vault>();
        services.AddSingleton<DownlinkPump>();
        services.AddSingleton<ITerminalEar>(provider => provider.GetRequiredService<DownlinkPump>());
        // Before the endpoint lets anybody in: hello is judged against the line.
        services.AddHostedService<LineOpener>();
        services.AddHostedService(provider => provider.GetRequiredService<DownlinkPump>());
        return builder;
    }

    private sealed class NoRoster : IRosterChanges
    {
        public Task<long> RevisionAsync(CancellationToken cancellationToken = default) => Task.FromResult(0L);

        public Task<IReadOnlyList<PersonChange>> ChangesAfterAsync(long revision, int limit, CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<PersonChange>>([]);
    }

    private sealed class LineOpener(RosterLine roster, RelayLine relay) : IHostedLifecycleService
    {
        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            await roster.OpenAsync(cancellationToken);
            await relay.OpenAsync(cancellationToken);
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
