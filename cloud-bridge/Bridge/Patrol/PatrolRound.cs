using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Patrol;

/// <summary>One round over the fleet: gathers, judges, and compares with the round before.</summary>
public sealed class PatrolRound(ITerminalStore terminals, IPatrolStore patrol, PatrolOptions options, TimeProvider time)
{
    private const long Day = 86_400_000;

    /// <summary>Every terminal that is not revoked, the worst first. Nothing is stored.</summary>
    public async Task<IReadOnlyList<PatrolState>> LookAsync(CancellationToken cancellationToken)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        ILookup<string, CompletenessRow> rows = (await terminals.CompletenessAsync(SiteScope.All, cancellationToken)).Where(row => row.Terminal.RevokedAt is null).ToLookup(row => row.Terminal.Name, StringComparer.Ordinal);
        FleetFacts fleet = await patrol.FactsAsync(now - (Math.Max(options.TamperDays, 7) * Day), cancellationToken);
        Dictionary<string, PatrolState> before = (await patrol.StatesAsync(SiteScope.All, cancellationToken)).ToDictionary(one => one.Terminal, StringComparer.Ordinal);
        Dictionary<(string, string), PatrolAck> acks = (await patrol.AcksAsync(SiteScope.All, cancellationToken)).ToDictionary(one => (one.Terminal, one.Code));
        Dictionary<string, string> newest = rows.SelectMany(group => group.First().Terminal.Versions).GroupBy(one => one.Key, StringComparer.Ordinal)
            .Select(part => (part.Key, Newest: PartVersion.Newest(part.Select(one => one.Value)))).Where(one => one.Newest is not null).ToDictionary(one => one.Key, one => one.Newest!, StringComparer.Ordinal);
        List<PatrolState> found = [];
        foreach (IGrouping<string, CompletenessRow> terminal in rows)
        {
            PatrolState? was = before.GetValueOrDefault(terminal.Key);
            TerminalFacts facts = new()
            {
                Terminal = terminal.First().Terminal,
                Rows = [.. terminal],
                Health = fleet.Health.GetValueOrDefault(terminal.Key),
                Settings = fleet.Settings.GetValueOrDefault(terminal.Key),
                Ledgers = [.. fleet.Ledgers[terminal.Key]],
                Tamper = Happened(fleet, terminal.Key, "tamper"),
                Crashes = Happened(fleet, terminal.Key, "crash"),
                Open = fleet.Open[terminal.Key].ToHashSet(StringComparer.Ordinal),
                QueueBefore = was?.Queue,
                Newest = newest,
            };
            IReadOnlyList<PatrolFinding> findings = [.. PatrolRules.Judge(facts, options, now).Select(one => Since(one, was, now))];
            (int score, string grade) = PatrolRules.Grade(findings.Where(one => PatrolRules.Counts(one, acks.GetValueOrDefault((terminal.Key, one.Code)), now)));
            bool same = was?.Grade == grade;
            // Whether a backlog grows is seen between rounds, not between two looks that somebody asked for.
            long queue = was is not null && now - was.CheckedAt < options.EveryMinutes * 30_000L ? was.Queue : facts.Terminal.Queue ?? 0;
            found.Add(new(terminal.Key, facts.Terminal.Site ?? "", now, score, grade, same ? was!.Was : was?.Grade, same ? was!.ChangedAt : now, queue, findings));
        }

        return [.. found.OrderBy(one => one.Score).ThenBy(one => one.Terminal, StringComparer.Ordinal)];
    }

    /// <summary>As <see cref="LookAsync"/>, and keeps what was found.</summary>
    public async Task<IReadOnlyList<PatrolState>> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<PatrolState> states = await LookAsync(cancellationToken);
        await patrol.SaveAsync(states, cancellationToken);
        await patrol.ForgetAsync(time.GetUtcNow().ToUnixTimeMilliseconds() - (options.KeepDays * Day), cancellationToken);
        return states;
    }

    // What was there at the round before has been there since then.
    private static PatrolFinding Since(PatrolFinding finding, PatrolState? before, long now) =>
        !PatrolRules.HasOwnTime(finding.Code) && finding.Since == now && before?.Findings.FirstOrDefault(one => one.Code == finding.Code) is { } same ? finding with { Since = same.Since } : finding;

    private static (long At, long Count)? Happened(FleetFacts fleet, string terminal, string kind) => fleet.Happened.TryGetValue((terminal, kind), out var happened) ? happened : null;
}
