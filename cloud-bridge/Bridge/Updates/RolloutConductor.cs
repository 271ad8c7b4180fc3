using Devices.Bridge.Store;

namespace Devices.Bridge.Updates;

/// <summary>Looks at the rollouts again and again: lets terminals in, goes on to the next stage, stops and tells the operators.</summary>
public sealed class RolloutConductor(IRolloutStore rollouts, ITerminalStore terminals, IExceptionStore exceptions, UpdateRepository repository, UpdateOptions options, TimeProvider time, ILogger<RolloutConductor> log)
    : PeriodicService(TimeSpan.Zero, TimeSpan.FromSeconds(options.LookSeconds), "Looking at rollouts failed; it is tried again.", LogLevel.Error, time, log)
{
    private const string Actor = "bridge";
    private static readonly TimeSpan WarnBefore = TimeSpan.FromDays(14);

    /// <summary>One look; for tests also without the loop.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        List<RolloutRow> open = [.. (await rollouts.ListAsync(200, cancellationToken)).Where(one => one.State is RolloutState.Running or RolloutState.Done)];
        if (open.Count == 0) return;
        List<(string, string?)> fleet = [.. (await terminals.ListTerminalsAsync(SiteScope.All, cancellationToken)).Where(one => one.RevokedAt is null && !one.Router).Select(one => (one.Name, one.Site))];
        foreach (RolloutRow row in open)
        {
            IReadOnlyList<RolloutMember> members = await rollouts.MembersAsync(SiteScope.All, row.Id, cancellationToken);
            RolloutStep step = RolloutJudge.Judge(row, fleet, members, Clock.GetUtcNow().ToUnixTimeMilliseconds());
            string what = $"{row.Plan.Kind} {row.Plan.Name} {row.Plan.Version}";
            if (step.Stop is { } why)
            {
                if (!await rollouts.SetStateAsync(row.Id, RolloutState.Stopped, why, Actor, null, cancellationToken)) continue;
                Log.LogError("The rollout of {What} stops: {Why}", what, why);
                await exceptions.RaiseAsync(new Finding("updates", "rollout-stopped", $"The rollout of {what} was stopped. {why}") { Cause = $"updates/{row.Id:D}" }, cancellationToken);
                continue;
            }

            if (step.Add.Count > 0)
            {
                await rollouts.AddAsync(row.Id, step.Add, cancellationToken);
                Log.LogInformation("The rollout of {What} takes in {Count} terminals.", what, step.Add.Count);
            }

            if (step.Stage is { } stage)
            {
                await rollouts.SetStageAsync(row.Id, stage, cancellationToken);
                Log.LogInformation("The rollout of {What} goes on to {Percent} %.", what, row.Plan.Stages[stage]);
            }

            if (step.Done)
            {
                await rollouts.SetStateAsync(row.Id, RolloutState.Done, null, Actor, null, cancellationToken);
                Log.LogInformation("The rollout of {What} is through.", what);
            }
        }

        if (repository.Expires() is { } end && end - Clock.GetUtcNow() < WarnBefore)
            await exceptions.RaiseAsync(new Finding("updates", "metadata-ends", $"What releases were signed with ends at {end:yyyy-MM-dd}: publish anew, or terminals take no updates from then on."), cancellationToken);
    }

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (StoreUnavailableException fault)
        {
            Log.LogWarning("Rollouts are not looked at now: {Fault}", fault.Message);
        }

        return null;
    }
}
