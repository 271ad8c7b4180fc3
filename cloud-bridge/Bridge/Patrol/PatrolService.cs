namespace Devices.Bridge.Patrol;

/// <summary>Makes a round every hour, the first a while after the start, when terminals have come back.</summary>
public sealed class PatrolService(PatrolRound round, PatrolOptions options, TimeProvider clock, ILogger<PatrolService> log)
    : PeriodicService(TimeSpan.FromMinutes(Math.Min(3, options.EveryMinutes)), TimeSpan.FromMinutes(options.EveryMinutes), "The patrol could not make its round; tried again.", LogLevel.Error, clock, log)
{
    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        var states = await round.RunAsync(cancellationToken);
        int bad = states.Count(one => one.Grade is "C" or "D");
        if (bad > 0) Log.LogWarning("Patrol: {Bad} of {All} terminals have grade C or D; see the page 'Patrol'.", bad, states.Count);
        return null;
    }
}
