using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>Delivers to the platform: exactly once, within its metered calls.</summary>
public sealed class DeliveryWorker(
    DeliveryLane lane, PlatformWork work, IOutboxStore outbox, OutcomeHandler outcomes, TimeProvider clock, ILogger<DeliveryWorker> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new LaneRunner(lane, work, outbox, outcomes, clock, log).RunAsync(stoppingToken);
}
