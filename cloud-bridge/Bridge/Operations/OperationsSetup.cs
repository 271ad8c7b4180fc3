using Devices.Bridge.Fleet;
using Devices.Bridge.Telemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Devices.Bridge.Operations;

/// <summary>Registers what operators watch the bridge by: counters, health, metrics, traces, the service manager's watchdog.</summary>
public static class OperationsSetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Health</c> or <c>Bridge:Telemetry</c> cannot work.</exception>
    public static WebApplicationBuilder AddOperations(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        HealthOptions health = builder.Configuration.GetSection("Bridge:Health").Read<HealthOptions>();
        TelemetryOptions telemetry = builder.Configuration.GetSection("Bridge:Telemetry").Read<TelemetryOptions>();
        if ((health.Check() ?? telemetry.Check()) is { } problem) throw new BridgeStartException(problem);
        IServiceCollection services = builder.Services;
        services.AddSingleton(health);
        services.AddSingleton<PunchSilence>();
        services.AddSingleton<SilenceWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SilenceWatch>());
        services.AddHostedService<ShownCounter>();
        services.AddHostedService<BridgeGauges>();
        // Ready and stopping are told by the package itself; nothing of this does anything outside systemd.
        services.AddSystemd();
        if (Microsoft.Extensions.Hosting.Systemd.SystemdHelpers.IsSystemdService()) services.AddHostedService<SystemdWatchdog>();
        if (telemetry.Otlp.Length > 0) AddExport(services, telemetry);
        return builder;
    }

    public static WebApplication MapOperations(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        HealthEndpoints.Map(app);
        return app;
    }

    private static void AddExport(IServiceCollection services, TelemetryOptions telemetry) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("devices-bridge", serviceVersion: HealthCheck.Version))
        .WithMetrics(metrics => metrics
            .AddMeter(BridgeMeters.Name, "System.Runtime")
            .AddOtlpExporter((exporter, reader) =>
            {
                Send(exporter, telemetry.Otlp, "metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)(telemetry.EverySeconds * 1000);
            }))
        .WithTracing(traces => traces
            .AddSource(BridgeTraces.Name)
            // By the trace id alone and not by a parent: a punch's id is made from its identity, so all of its spans go or none.
            .SetSampler(new TraceIdRatioBasedSampler(telemetry.TraceShare))
            .AddOtlpExporter(exporter => Send(exporter, telemetry.Otlp, "traces")));

    private static void Send(OtlpExporterOptions exporter, string address, string signal)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new($"{address.TrimEnd('/')}/v1/{signal}");
    }
}
