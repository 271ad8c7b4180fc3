using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Targets.ErpNext;

/// <summary>Looks whether people whom ERPNext did not know are known now, and then sends their dead letters again by itself.</summary>
public sealed class ErpNextReturn(ErpNextTarget target, IReplayStore replay, IOutboxStore outbox, ErpNextOptions options, TimeProvider clock, ILogger<ErpNextReturn> log)
    : PeriodicService(TimeSpan.FromMinutes(options.UnknownMinutes), TimeSpan.FromMinutes(options.UnknownMinutes), "ERPNext could not be asked about unknown people; it is asked again.", LogLevel.Error, clock, log)
{
    private const int Most = 5000;

    /// <summary>One look. Returns how many punches go again.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        int sent = 0;
        foreach (PersonsDead one in await replay.DeadAsync(target.Name, ErpNextTarget.NoEmployee, Most, cancellationToken))
        {
            bool? known = await target.KnowsAsync(one.Person, cancellationToken);
            // It cannot be asked now; the others neither.
            if (known is null) break;
            if (known.Value) sent += await outbox.ResendAsync(SiteScope.All, target.Name, one.PunchIds, cancellationToken);
        }

        if (sent > 0) Log.LogInformation("ERPNext knows people now whom it did not know before: {Count} punches are sent again.", sent);
        return sent;
    }

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return null;
    }
}
