using Devices.Edge.Agent.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Devices.Edge.Agent.Telemetry;

/// <summary>Sends the meters to a collector (OTLP over HTTP) where one is configured. A collector that is away costs nothing but its figures.</summary>
public sealed class AgentTelemetry : IDisposable
{
    private const int ExportLimitMs = 5_000;
    private const int FarewellMs = 1_000;
    private readonly AgentGauges _gauges;
    private readonly MeterProvider? _provider;

    public AgentTelemetry(AgentOptions options, AgentFacts facts, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _gauges = new(facts, time);
        if (options.Collector is not { } collector) return;
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.Clear().AddService("devices-agent", serviceVersion: TerminalReport.Version, serviceInstanceId: options.Terminal))
            .AddMeter(AgentMeters.Name, "System.Runtime")
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new($"{collector.AbsoluteUri.TrimEnd('/')}/v1/metrics");
                exporter.TimeoutMilliseconds = ExportLimitMs;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.CollectEvery.TotalMilliseconds;
                reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = ExportLimitMs;
            })
            .Build();
    }

    public void Dispose()
    {
        // The last figures, if the collector is there to take them; stopping does not wait for one that is not.
        _provider?.Shutdown(FarewellMs);
        _provider?.Dispose();
        _gauges.Dispose();
    }
}
