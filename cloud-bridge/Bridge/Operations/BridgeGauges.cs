using System.Diagnostics.Metrics;
using Devices.Bridge.Delivery;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Telemetry;

namespace Devices.Bridge.Operations;

/// <summary>What stands at a moment: outbox, budget, terminals, pressure. Read from the store every few seconds, not once an exporter.</summary>
public sealed class BridgeGauges : PeriodicService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly IOutboxStore _outbox;
    private readonly ICounterStore _counters;
    private readonly IServiceProvider _services;
    private IReadOnlyDictionary<DeliveryState, long> _states = new Dictionary<DeliveryState, long>();
    private long? _oldestOpen;
    private long? _lastPunch;
    private long? _callsUsed;

    public BridgeGauges(
        IMeterFactory meters, ITerminalConnections connections, StorePressure pressure, IOutboxStore outbox, ICounterStore counters, IServiceProvider services,
        TimeProvider time, ILogger<BridgeGauges> log)
        : base(TimeSpan.Zero, Every, "The gauges could not be read now.", LogLevel.Debug, time, log)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_outbox, _counters, _services) = (outbox, counters, services);
        Meter meter = meters.Create(BridgeMeters.Name);
        meter.CreateObservableGauge("devices.terminals.connected", () => connections.Count, "{terminal}", "Terminals connected now.");
        meter.CreateObservableGauge("devices.store.waiting", () => pressure.Waiting, "{message}", "Messages that wait for the store.");
        meter.CreateObservableGauge("devices.store.pause", () => pressure.PauseMs / 1000.0, "s", "The pause that terminals are asked for; 0 while the store keeps up.");
        meter.CreateObservableGauge("devices.outbox.rows", () => _states.Select(one => new Measurement<long>(one.Value, new KeyValuePair<string, object?>("state", Text(one.Key)))), "{punch}", "Punches by their state at the platform.");
        meter.CreateObservableGauge("devices.outbox.oldest_age", () => Age(_oldestOpen), "s", "Age of the oldest punch that is not delivered.");
        meter.CreateObservableGauge("devices.punch.last_age", () => Age(_lastPunch), "s", "Time since the last punch was accepted.");
        meter.CreateObservableGauge("devices.platform.calls_used", () => _callsUsed is { } used ? [new Measurement<long>(used)] : Array.Empty<Measurement<long>>(), "{call}", "Metered calls of this month.");
    }

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        return null;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        _states = await _outbox.CountAsync(SiteScope.All, cancellationToken);
        _oldestOpen = await _counters.OldestOpenAsync(cancellationToken);
        _lastPunch = await _counters.LastStoredAtAsync(cancellationToken);
        if (_services.GetService<IPlatformTarget>() is { } target) _callsUsed = await _services.GetRequiredService<CallBudget>().UsedAsync(target, cancellationToken);
    }

    private Measurement<double>[] Age(long? at) => at is { } ms ? [new(Math.Max(0, (Clock.GetUtcNow().ToUnixTimeMilliseconds() - ms) / 1000.0))] : [];

#pragma warning disable CA1308 // The words of the store and the API.
    private static string Text(DeliveryState state) => state.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
