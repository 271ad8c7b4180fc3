using System.Text.Json;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>
/// Keeps people and departments equal to the platform's: a full pull at start and at intervals. A failed pull changes
/// nothing; one in which too many people are missing is held until HR confirms it.
/// </summary>
public sealed class RosterService(
    IRosterSource source, IPeopleStore people, ISettingStore settings, IExceptionStore exceptions,
    PlatformOptions options, TimeProvider clock, ILogger<RosterService> log) : BackgroundService
{
    private const string StatusKey = "roster.status";
    private const string Source = "roster";
    private const int AlwaysAllowed = 2;

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>How the last pulls went.</summary>
    public static async Task<RosterStatus> StatusAsync(ISettingStore settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string? text = await settings.GetSettingAsync(StatusKey, cancellationToken);
        return text is null ? RosterStatus.Never : JsonSerializer.Deserialize<RosterStatus>(text) ?? RosterStatus.Never;
    }

    /// <summary>Pulls once and obeys it, unless it is held.</summary>
    /// <param name="confirmed">Somebody has looked at the disappearance and wants it obeyed.</param>
    public async Task<RosterStatus> PullAsync(bool confirmed, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            RosterStatus before = await StatusAsync(settings, cancellationToken);
            RosterStatus after = await ReconcileAsync(before, confirmed, cancellationToken);
            await settings.SetSettingAsync(StatusKey, JsonSerializer.Serialize(after), cancellationToken);
            await ReportAsync(before, after, cancellationToken);
            return after;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        int failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan rest = TimeSpan.FromMinutes(options.RosterMinutes);
            try
            {
                RosterStatus status = await PullAsync(confirmed: false, stoppingToken);
                failures = status.Problem is null or RosterStatus.HeldKey ? 0 : failures + 1;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failures++;
                log.LogError(exception, "The roster pull failed inside the bridge.");
            }

            // After a failure it is tried again sooner than at the next full hour.
            if (failures > 0) rest = TimeSpan.FromSeconds(Math.Min(rest.TotalSeconds, BackOff.After(failures, 5, 600).TotalSeconds));
            await Task.Delay(rest, clock, stoppingToken);
        }
    }

    private async Task<RosterStatus> ReconcileAsync(RosterStatus before, bool confirmed, CancellationToken cancellationToken)
    {
        RosterPull pull = await source.PullAsync(cancellationToken);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!pull.Complete)
        {
            string? detail = pull.Outcome.Code is { } code ? $"{code}: {pull.Outcome.Detail}" : pull.Outcome.Detail;
            return before with { LastTriedAt = now, Problem = pull.Outcome.Reason, Detail = detail, Missing = 0, Of = 0 };
        }

        IReadOnlyList<Person> known = await people.PeopleAsync(includeLeft: false, cancellationToken);
        HashSet<string> named = [.. pull.People.Select(p => p.UserId)];
        int missing = known.Count(p => !named.Contains(p.UserId));
        // A confirmation is for what was shown: when more are missing by now, somebody has to look again.
        bool agreed = confirmed && before.Held && missing <= before.Missing;
        if (!agreed && missing > AlwaysAllowed && missing > known.Count * options.RosterMissingShare)
        {
            return before with { LastTriedAt = now, Problem = RosterStatus.HeldKey, Detail = null, Missing = missing, Of = known.Count };
        }

        RosterChange change = await people.ReconcileAsync(pull.Departments, pull.People, cancellationToken);
        log.LogInformation("Roster: {People} people, {Departments} departments; {Added} new, {Changed} changed, {Left} left.",
            pull.People.Count, pull.Departments.Count, change.Added, change.Changed, change.Left);
        return new(now, now, null, null, 0, 0);
    }

    private async Task ReportAsync(RosterStatus before, RosterStatus after, CancellationToken cancellationToken)
    {
        if (before.Problem is not null && before.Problem != after.Problem)
        {
            await exceptions.ResolveAllAsync(Source, before.Problem, null, "bridge", cancellationToken);
        }

        if (after.Problem is null) return;
        log.LogWarning("The roster was not taken: {Problem} {Detail}", Sentence.Of(after.Problem), after.Detail);
        string text = after.Held ? $"{after.Missing} of {after.Of} people are missing." : after.Detail ?? after.Problem;
        await exceptions.RaiseAsync(new(Source, after.Problem, text) { Cause = $"{Source}:{after.Problem}" }, cancellationToken);
    }
}
