using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>
/// Keeps people and departments equal to the platform's: by full pulls and by readings of what events named. One at a time, so that
/// an older answer never overwrites a newer one. A failed pull changes nothing; a mass disappearance is held until somebody decides.
/// </summary>
public sealed class RosterService(
    IRosterSource source, IPeopleStore people, ISettingStore settings, IExceptionStore exceptions,
    RosterGuard guard, TimeProvider clock, ILogger<RosterService> log) : IDisposable
{
    private const string StatusKey = "roster.status";
    private const string Source = "roster";

    // Whoever is missing in a pull is asked about singly; beyond so many that would take too long and a person has to look anyway.
    private const int MostAsked = 500;

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>When the last full pull began; what happened before it is in it.</summary>
    public DateTimeOffset LastBegan { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>How the last pulls went.</summary>
    public static async Task<RosterStatus> StatusAsync(ISettingStore settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string? text = await settings.GetSettingAsync(StatusKey, cancellationToken);
        return text is null ? RosterStatus.Never : JsonSerializer.Deserialize<RosterStatus>(text) ?? RosterStatus.Never;
    }

    /// <summary>Pulls once and obeys it, unless it is held.</summary>
    /// <param name="confirmed">Somebody has looked at the disappearance and wants it obeyed.</param>
    public Task<RosterStatus> PullAsync(bool confirmed, CancellationToken cancellationToken) => AloneAsync(async before =>
    {
        LastBegan = clock.GetUtcNow();
        return await ReconcileAsync(before, confirmed, cancellationToken);
    }, cancellationToken);

    /// <summary>Somebody has looked at the disappearance and says that these people are still here: they stay until the platform names them again.</summary>
    /// <returns>Who stays.</returns>
    public async Task<IReadOnlyList<string>> RejectAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> kept = [];
        await AloneAsync(before =>
        {
            kept = before.Gone;
            return Task.FromResult(before.Held ? Cleared(before) with { Kept = [.. before.Kept.Union(before.Gone).Order(StringComparer.Ordinal)] } : before);
        }, cancellationToken);
        return kept;
    }

    /// <summary>Takes the word back that kept people: the next pull decides about them anew.</summary>
    /// <returns>Who was kept.</returns>
    public async Task<IReadOnlyList<string>> ReleaseAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> released = [];
        await AloneAsync(before =>
        {
            released = before.Kept;
            return Task.FromResult(before with { Kept = [] });
        }, cancellationToken);
        return released;
    }

    /// <summary>Reads what marks name and obeys it, within the same limits. What can be settled now is settled; the rest is to be read again.</summary>
    public async Task<MarkResult> ReadAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken)
    {
        MarkReading reading = new(source, people);
        await AloneAsync(async before =>
        {
            await reading.ReadAsync(marks, cancellationToken);
            return await ObeyAsync(reading, before, cancellationToken);
        }, cancellationToken);
        return reading.Result;
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<RosterStatus> AloneAsync(Func<RosterStatus, Task<RosterStatus>> work, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            RosterStatus before = await StatusAsync(settings, cancellationToken);
            RosterStatus after = await work(before);
            if (after == before) return after;
            await settings.SetSettingAsync(StatusKey, JsonSerializer.Serialize(after), cancellationToken);
            await ReportAsync(before, after, cancellationToken);
            return after;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<RosterStatus> ReconcileAsync(RosterStatus before, bool confirmed, CancellationToken cancellationToken)
    {
        RosterPull pull = await source.PullAsync(cancellationToken);
        if (!pull.Complete) return Failed(before, pull.Outcome);
        IReadOnlyList<Person> known = await people.PeopleAsync(SiteScope.All, includeLeft: false, cancellationToken);
        Dictionary<string, Person> now = pull.People.ToDictionary(p => p.UserId, StringComparer.Ordinal);
        HashSet<string> kept = [.. before.Kept.Where(id => !now.ContainsKey(id))];
        foreach (Person person in known.Where(p => kept.Contains(p.UserId))) now[person.UserId] = person;
        List<string> missing = [.. known.Select(p => p.UserId).Where(id => !now.ContainsKey(id))];
        if (missing.Count <= MostAsked && await StillThereAsync(missing, now, cancellationToken) is { } failure) return Failed(before, failure);

        // A confirmation is for those who were shown: when others are missing by now, somebody has to look again.
        bool agreed = confirmed && before.Held && missing.All(before.Gone.Contains);
        if (!agreed && await guard.TripsAsync(missing.Count, known.Count, before, cancellationToken))
        {
            return before with { LastTriedAt = Now, Problem = RosterStatus.HeldKey, Detail = null, Missing = missing.Count, Of = known.Count, Gone = missing, Kept = [.. kept] };
        }

        RosterChange change = await people.ReconcileAsync(pull.Departments, [.. now.Values], cancellationToken);
        await TellRenamedAsync(change, cancellationToken);
        log.LogInformation("Roster: {People} people, {Departments} departments; {Added} new, {Changed} changed, {Left} left.",
            now.Count, pull.Departments.Count, change.Added, change.Changed, change.Left);
        return Cleared(before) with { LastGoodAt = Now, LastTriedAt = Now, Kept = [.. kept], ConfirmedAt = agreed ? Now + 1 : before.ConfirmedAt };
    }

    /// <summary>
    /// A walk over the departments is no snapshot: who was moved from a department not yet read to one already read is in neither.
    /// So whoever is missing is asked about, and only who does not exist is gone.
    /// </summary>
    private async Task<DeliveryOutcome?> StillThereAsync(List<string> missing, Dictionary<string, Person> now, CancellationToken cancellationToken)
    {
        foreach (string id in missing.ToList())
        {
            Reading<Person> reading = await source.PersonAsync(id, cancellationToken);
            if (reading.Gone || reading.Outcome.Reason == "reason.outside_scope") continue;
            // Without the permission to ask, the walk alone has to do.
            if (reading.Outcome.Kind == OutcomeKind.Configuration) return null;
            if (reading.Value is not { } person) return reading.Outcome;
            now[id] = person;
            missing.Remove(id);
        }

        return null;
    }

    private async Task<RosterStatus> ObeyAsync(MarkReading reading, RosterStatus before, CancellationToken cancellationToken)
    {
        HashSet<string> active = [.. (await people.PeopleAsync(SiteScope.All, includeLeft: false, cancellationToken)).Select(p => p.UserId)];
        HashSet<string> kept = [.. before.Kept];
        List<string> gone = [.. reading.Gone.Where(id => active.Contains(id) && !kept.Contains(id))];
        RosterStatus after = before;
        if (reading.Present.Any(p => kept.Contains(p.UserId))) after = after with { Kept = [.. kept.Except(reading.Present.Select(p => p.UserId)).Order(StringComparer.Ordinal)] };
        if (await guard.TripsAsync(gone.Count, active.Count, before, cancellationToken))
        {
            string[] held = [.. before.Gone.Union(gone).Order(StringComparer.Ordinal)];
            after = after with { Problem = RosterStatus.HeldKey, Detail = null, Missing = held.Length, Of = active.Count, Gone = held };
            gone = [];
        }

        RosterChange change = await people.ApplyAsync(new(reading.Present, gone, reading.Departments, reading.Removed), cancellationToken);
        await TellRenamedAsync(change, cancellationToken);
        if (change.Added + change.Changed + change.Left + change.Departments > 0)
            log.LogInformation("Roster by events: {Added} new, {Changed} changed, {Left} left, {Departments} departments.", change.Added, change.Changed, change.Left, change.Departments);
        return after;
    }

    private RosterStatus Failed(RosterStatus before, DeliveryOutcome outcome)
    {
        string? detail = outcome.Code is { } code ? $"{code}: {outcome.Detail}" : outcome.Detail;
        // What waits for a decision goes on waiting.
        return before.Held ? before with { LastTriedAt = Now } : before with { LastTriedAt = Now, Problem = outcome.Reason, Detail = detail, Missing = 0, Of = 0 };
    }

    private static RosterStatus Cleared(RosterStatus before) => before with { Problem = null, Detail = null, Missing = 0, Of = 0, Gone = [] };

    private async Task TellRenamedAsync(RosterChange change, CancellationToken cancellationToken)
    {
        foreach (var (old, young) in change.Renamed)
            await exceptions.RaiseAsync(new(Source, "reason.renamed", $"{old} → {young}") { Cause = $"{Source}|renamed|{old}|{young}" }, cancellationToken);
    }

    private async Task ReportAsync(RosterStatus before, RosterStatus after, CancellationToken cancellationToken)
    {
        if (before.Problem is not null && before.Problem != after.Problem)
        {
            await exceptions.ResolveAllAsync(Source, before.Problem, null, "bridge", cancellationToken);
        }

        if (after.Problem is null) return;
        log.LogWarning("The roster was not taken: {Problem} {Detail}", Sentence.Of(after.Problem), after.Detail);
        string text = after.Held ? string.Create(CultureInfo.InvariantCulture, $"{after.Missing} of {after.Of} people are missing.") : after.Detail ?? after.Problem;
        await exceptions.RaiseAsync(new(Source, after.Problem, text) { Cause = $"{Source}:{after.Problem}" }, cancellationToken);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
