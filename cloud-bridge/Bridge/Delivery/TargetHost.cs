using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>Runs the targets beside the platform, each with workers, order and pause of its own, and fills in what of the past they are to get.</summary>
public sealed class TargetHost(
    IEnumerable<RegisteredTarget> targets, OutboxTargets begins, ITargetStore store, IOutboxStore outbox, IExceptionStore exceptions, IPunchStore punches, ICorrectionStore corrections,
    DeviceNames names, TimeProvider clock, ILoggerFactory logs) : BackgroundService
{
    private const int FilledTogether = 500;
    private static readonly TimeSpan FillAgain = TimeSpan.FromMinutes(1);

    private readonly List<(RegisteredTarget Target, DeliveryLane Lane)> _lanes =
        [.. targets.Select(t => (t, new DeliveryLane(t.Outbox.Name, new(clock), t.Options)))];

    /// <summary>The targets and their pauses, for pages.</summary>
    public IReadOnlyList<DeliveryLane> Lanes => [.. _lanes.Select(l => l.Lane)];

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.SelectMany(l => (Task[])[RunAsync(l.Target, l.Lane, stoppingToken), FillAsync(l.Target, l.Lane, stoppingToken)]));

    private Task RunAsync(RegisteredTarget target, DeliveryLane lane, CancellationToken stoppingToken)
    {
        if (target.Target.Name != target.Outbox.Name) throw new InvalidOperationException($"Target {target.Target.Name} is registered as {target.Outbox.Name}.");
        OutcomeHandler outcomes = new(lane, outbox, exceptions, clock, logs.CreateLogger<OutcomeHandler>());
        return new LaneRunner(lane, new TargetWork(target.Target, outcomes, punches, corrections, names), outbox, outcomes, clock, logs.CreateLogger<LaneRunner>()).RunAsync(stoppingToken);
    }

    // The past first; then, each minute, what came since: those rows are there already, and the mark moves on for the next start.
    private async Task FillAsync(RegisteredTarget target, DeliveryLane lane, CancellationToken stoppingToken)
    {
        ILogger log = logs.CreateLogger<TargetHost>();
        long from = begins.All.Single(t => t.Target.Name == target.Outbox.Name).From;
        bool enrolled = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!enrolled) await store.EnrolAsync(target.Outbox, stoppingToken);
                enrolled = true;
                bool more = await store.FillAsync(target.Outbox.Name, from, FilledTogether, stoppingToken);
                if (more) lane.Status.Wake();
                else await Task.Delay(FillAgain, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogError(exception, "The past of target {Target} could not be filled in; it is tried again.", lane.Target);
                await Task.Delay(FillAgain, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
