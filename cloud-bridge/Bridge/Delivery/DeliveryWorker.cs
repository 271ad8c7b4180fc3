using System.Collections.Concurrent;
using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>
/// The outbox's state machine (design section 7): pending → sending → delivered · waiting · ambiguous · dead letter. Leasing keeps
/// the order per person; the tenant's pauses are shared by all workers; what is ambiguous is looked for before it is sent again.
/// </summary>
public sealed class DeliveryWorker(
    IDeliveryTarget target, IOutboxStore outbox, OutcomeHandler outcomes, Settler settler, CallBudget budget,
    DeviceNames names, DeliveryStatus status, PlatformOptions options, TimeProvider clock, ILogger<DeliveryWorker> log) : BackgroundService
{
    // Punches settled together: one lookup covers 50 people.
    private const int SettledTogether = 50;

    private readonly ConcurrentDictionary<long, Task> _running = [];

    // Leased rows whose outcome the store would not take. Left alone they would stay "sending" until the next start, and block their person.
    private readonly ConcurrentQueue<OutboxItem> _unwritten = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool recovered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!recovered)
                {
                    int left = await outbox.RecoverAsync(clock.GetUtcNow().ToUnixTimeMilliseconds() + (long)(options.SettleSeconds * 1000), stoppingToken);
                    recovered = true;
                    if (left > 0) log.LogWarning("{Count} punches were being sent when the bridge stopped: the platform is asked about them first.", left);
                }

                await StepAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                log.LogError(exception, "Delivery could not look at the outbox; it tries again.");
                await status.WaitAsync(TimeSpan.FromSeconds(5), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_running.Values);
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        await WriteDoubtsAsync();
        DateTimeOffset now = clock.GetUtcNow();
        Pause? pause = status.Current;
        TimeSpan rest = TimeSpan.FromSeconds(options.PollSeconds);
        int free = options.Workers - _running.Count;
        if (pause is not null)
        {
            // After a stop one punch goes first; the others follow once it has been answered.
            free = pause.Until > now || !_running.IsEmpty ? 0 : 1;
            if (pause.Until > now && pause.Until - now < rest) rest = pause.Until - now;
        }

        IReadOnlyList<OutboxItem> leased = free > 0 ? await outbox.LeaseAsync(now.ToUnixTimeMilliseconds(), free, cancellationToken) : [];
        List<OutboxItem> ambiguous = [.. leased.Where(i => i.Was == DeliveryState.Ambiguous)];
        foreach (OutboxItem item in leased.Where(i => i.Was != DeliveryState.Ambiguous)) Start(item.PunchId, () => SendAsync(item, cancellationToken), [item]);
        if (ambiguous.Count > 0)
        {
            // Others that wait for the same question share the call.
            if (pause is null && ambiguous.Count == leased.Count)
            {
                ambiguous.AddRange(await AlsoAmbiguousAsync(now, SettledTogether - ambiguous.Count, cancellationToken));
            }

            Start(ambiguous[0].PunchId, () => settler.SettleAsync(target, ambiguous, cancellationToken), ambiguous);
        }

        // A full lease means more may be due: look again as soon as a worker is free.
        if (leased.Count == 0 || free == 0 || leased.Count < free) await status.WaitAsync(rest, cancellationToken);
        else await Task.WhenAny([.. _running.Values, Task.Delay(rest, clock, cancellationToken)]);
    }

    private async Task<List<OutboxItem>> AlsoAmbiguousAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        List<OutboxItem> ambiguous = [];
        try
        {
            foreach (OutboxItem item in await outbox.LeaseAsync(now.ToUnixTimeMilliseconds(), limit, cancellationToken))
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

    private void Start(long key, Func<Task> work, List<OutboxItem> items) => _running[key] = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // Stopping: the rows stay "sending" and are settled at the next start.
        }
        catch (Exception exception)
        {
            log.LogError(exception, "Delivery of punch {Punch} failed inside the bridge; the platform is asked about it before it is sent again.", items[0].Key);
            foreach (OutboxItem item in items)
                if (!await outcomes.InDoubtAsync(item)) _unwritten.Enqueue(item);
        }
        finally
        {
            _running.TryRemove(key, out _);
            status.Wake();
        }
    }, CancellationToken.None);

    private async Task SendAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        DeliveryItem punch = new(item.Person, item.At, item.Key.Terminal, await names.OfAsync(item.Key.Terminal, cancellationToken));
        if (target.Refuse(punch) is { } refusal)
        {
            await outcomes.RecordAsync(item, refusal, called: false, cancellationToken);
            return;
        }

        string? month = await budget.TryTakeAsync(target, keep: 0, cancellationToken);
        if (month is null)
        {
            await outcomes.RecordAsync(item, new(OutcomeKind.Budget, "reason.budget"), called: false, cancellationToken);
            return;
        }

        // From here on the call is not given up half-way on a stop: its answer is worth the wait of one time limit.
        DeliveryOutcome outcome = await target.SendAsync(punch, CancellationToken.None);
        if (!outcome.Metered) await budget.ReturnAsync(month, CancellationToken.None);
        await outcomes.RecordAsync(item, outcome, called: true, CancellationToken.None);
    }
}
