namespace Devices.Bridge.Ingest;

/// <summary>Registers the MQTT endpoint and ingest.</summary>
public static class IngestSetup
{
    public static WebApplicationBuilder AddIngest(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddSingleton(provider => new IngestOptions { MaxKeepAliveSeconds = provider.GetRequiredService<BridgeOptions>().Mqtt.MaxKeepAliveSeconds });
        services.AddSingleton(Read(builder.Configuration));
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

    private static PressureOptions Read(ConfigurationManager configuration)
    {
        PressureOptions options = new();
        try
        {
            configuration.GetSection("Bridge:Ingest").Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting cannot be read: {fault.Message}", fault);
        }
        return options.Check() is { } problem ? throw new BridgeStartException(problem) : options;
    }
}
