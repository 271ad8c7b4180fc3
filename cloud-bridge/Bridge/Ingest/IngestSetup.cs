using Devices.Bridge.Store;

namespace Devices.Bridge.Ingest;

/// <summary>Registers the MQTT endpoint and ingest.</summary>
public static class IngestSetup
{
    public static WebApplicationBuilder AddIngest(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddSingleton(provider => new IngestOptions
        {
            MaxKeepAliveSeconds = provider.GetRequiredService<BridgeOptions>().Mqtt.MaxKeepAliveSeconds,
            Grace = TimeSpan.FromDays(provider.GetRequiredService<BridgeOptions>().Ca.GraceDays),
        });
        PressureOptions pressure = builder.Configuration.GetSection("Bridge:Ingest").Read<PressureOptions>();
        ClockRules clock = builder.Configuration.GetSection("Bridge:Ingest").Read<ClockRules>();
        if ((pressure.Check() ?? clock.Check()) is { } problem) throw new BridgeStartException(problem);
        services.AddSingleton(pressure);
        services.AddSingleton(clock);
        services.AddSingleton<IPunchEngine, StorePunchEngine>();
        services.AddSingleton<IPresence, LocalPresence>();
        services.AddSingleton<StorePressure>();
        services.AddSingleton<KnownMarks>();
        services.AddSingleton<MqttRefusals>();
        services.AddSingleton<TerminalGate>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<MqttConnections>();
        services.AddSingleton<IngestRouter>();
        // The router asks the endpoint who is connected, the endpoint hands the router its messages.
        services.AddSingleton(provider => new Lazy<IngestRouter>(provider.GetRequiredService<IngestRouter>));
        services.AddSingleton<MqttEndpoint>();
        services.AddSingleton<ITerminalConnections>(provider => provider.GetRequiredService<MqttEndpoint>());
        services.AddHostedService(provider => provider.GetRequiredService<MqttEndpoint>());
        services.AddHostedService<PressureWatch>();
        return builder;
    }
}
