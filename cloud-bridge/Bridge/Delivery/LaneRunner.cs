using System.Collections.Concurrent;
using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>
/// One target's state machine (design section 7): pending → sending → delivered · waiting · ambiguous · dead letter. Leasing keeps
/// the order per person; the target's pauses are shared by its workers; what is ambiguous is looked for before it is sent again, where the
/// target can be asked.
/// </summary>
public sealed class LaneRunner(DeliveryLane lane, ILaneWork work, IOutboxStore outbox, OutcomeHandler outcomes, TimeProvider clock, ILogger log)
{
    // Punches settled together: one lookup covers 50 people.
    private const int SettledTogether = 50;

    private readonly ConcurrentDictionary<long, Task> _running = [];

    // Leased rows whose outcome the store would not take. Left alone they would stay "sending" until the next start, and block their person.
    private readonly ConcurrentQueue<OutboxItem> _unwritten = [];

    /// <summary>Runs until it is stopped; calls under way are finished first.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        bool recovered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!recovered)
                {
                    await RecoverAsync(stoppingToken);
                    recovered = true;
                }

                await StepAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                log.LogError(exception, "Delivery to {Target} could not look at the outbox; it tries again.", lane.Target);
                await lane.Status.WaitAsync(TimeSpan.FromSeconds(5), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_running.Values);
    }

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        bool asks = lane.SettleSeconds is not null;
        long from = clock.GetUtcNow().ToUnixTimeMilliseconds() + (long)((lane.SettleSeconds ?? lane.Options.ResumeSeconds) * 1000);
        int left = await outbox.RecoverAsync(lane.Target, asks, from, cancellationToken);
        if (left == 0) return;
        if (asks) log.LogWarning("{Count} punches were being sent when the bridge stopped: the platform is asked about them first.", left);
        else log.LogWarning("{Count} punches were being sent to {Target} when the bridge stopped: they are sent again under the same keys.", left, lane.Target);
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        await WriteDoubtsAsync();
        DateTimeOffset now = clock.GetUtcNow();
        Pause? pause = lane.Status.Current;
        TimeSpan rest = TimeSpan.FromSeconds(lane.Options.PollSeconds);
        int most = Math.Max(1, work.MostTogether);
        int free = most > 1 ? (_running.IsEmpty ? most : 0) : lane.Options.Workers - _running.Count;
        if (pause is not null)
        {
            // After a stop one punch goes first; the others follow once it has been answered.
            free = pause.Until > now || !_running.IsEmpty ? 0 : 1;
            if (pause.Until > now && pause.Until - now < rest) rest = pause.Until - now;
        }

        IReadOnlyList<OutboxItem> leased = free > 0 ? await outbox.LeaseAsync(lane.Target, now.ToUnixTimeMilliseconds(), free, cancellationToken) : [];
        List<OutboxItem> ambiguous = [.. leased.Where(i => i.Was == DeliveryState.Ambiguous && lane.SettleSeconds is not null)];
        List<OutboxItem> ready = [.. leased.Except(ambiguous)];
        if (most > 1 && ready.Count > 0) Start(ready[0].PunchId, () => work.SendAsync(ready, cancellationToken), ready);
        else foreach (OutboxItem item in ready) Start(item.PunchId, () => work.SendAsync([item], cancellationToken), [item]);
        if (ambiguous.Count > 0)
        {
            // Others that wait for the same question share the call.
            if (pause is null && ambiguous.Count == leased.Count)
            {
                ambiguous.AddRange(await AlsoAmbiguousAsync(now, SettledTogether - ambiguous.Count, cancellationToken));
            }

            Start(ambiguous[0].PunchId, () => work.SettleAsync(ambiguous, cancellationToken), ambiguous);
        }

        // A full lease means more may be due: look again as soon as a worker is free.
        if (leased.Count == 0 || free == 0 || leased.Count < free) await lane.Status.WaitAsync(rest, cancellationToken);
        else await Task.WhenAny([.. _running.Values, Task.Delay(rest, clock, cancellationToken)]);
    }

    private async Task<List<OutboxItem>> AlsoAmbiguousAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        List<OutboxItem> ambiguous = [];
        try
        {
            foreach (OutboxItem item in await outbox.LeaseAsync(lane.Target, now.ToUnixTimeMilliseconds(), limit, cancellationToken))
            {
                if (item.Was == DeliveryState.Ambiguous) ambiguous.Add(item);
                else if (!await PutBackAsync(item, cancellationToken)) _unwritten.Enqueue(item);
            }
        }
        catch (StoreUnavailableException exception)
        {
            // Nothing was leased. Those in hand are settled without company.
            log.LogWarning("The outbox cannot be read now: {Fault}", exception.Message);
        }

        return ambiguous;
    }

    private async Task<bool> PutBackAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        try
        {
            await outcomes.PutBackAsync(item, cancellationToken);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private async Task WriteDoubtsAsync()
    {
        for (int left = _unwritten.Count; left > 0 && _unwritten.TryDequeue(out OutboxItem? item); left--)
        {
            if (await outcomes.InDoubtAsync(item)) continue;
            _unwritten.Enqueue(item);
            return;
        }
    }

    private void Start(long key, Func<Task> call, List<OutboxItem> items) => _running[key] = Task.Run(async () =>
    {
        try
        {
            await call();
        }
        catch (OperationCanceledException)
        {
            // Stopping: the rows stay "sending" and are settled at the next start.
        }
        catch (Exception exception)
        {
            log.LogError(exception, "Delivery of punch {Punch} to {Target} failed inside the bridge; it counts as in doubt.", items[0].Key, lane.Target);
            foreach (OutboxItem item in items)
                if (!await outcomes.InDoubtAsync(item)) _unwritten.Enqueue(item);
        }
        finally
        {
            _running.TryRemove(key, out _);
            lane.Status.Wake();
        }
    }, CancellationToken.None);
}
