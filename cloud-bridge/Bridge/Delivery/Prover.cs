using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>A punch and what the platform was told of it.</summary>
/// <param name="Accepted">Whether the platform said yes to it; an ambiguous one got no answer.</param>
public sealed record Sought(long PunchId, PunchKey Key, DeliveryItem Item, bool Accepted);

/// <summary>What looking brought: punches found (and noted as proved), not there, or without an answer and why.</summary>
/// <param name="Stopped">The outcome that ended the looking before everything was asked, or null.</param>
public sealed record ProofResult(
    IReadOnlyList<Sought> Found, IReadOnlyList<Sought> Missing, IReadOnlyList<(Sought Punch, DeliveryOutcome Why)> Unanswered, DeliveryOutcome? Stopped);

/// <summary>Asks the platform's record list for punches, in as few metered calls as possible, and notes the proofs.</summary>
public sealed class Prover(IProofStore proofs, CallBudget budget)
{
    private const long Minute = 60_000;

    // Enough to find the one person of fifty whom the platform will not hear of; a question that is wrong altogether costs no more.
    private const int MostRefused = 16;

    /// <summary>Looks for all of them. <paramref name="keep"/> calls of the month are left untouched.</summary>
    public async Task<ProofResult> LookAsync(IPlatformTarget target, IReadOnlyList<Sought> sought, int keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        List<Sought> found = [], missing = [];
        List<(Sought, DeliveryOutcome)> unanswered = [];
        DeliveryOutcome? stopped = null;
        int refused = 0;
        Queue<(LookupQuery Query, IReadOnlyList<Sought> Items)> open = new(Plan(target, sought));
        while (open.TryDequeue(out var next))
        {
            var (query, items) = next;
            if (stopped is not null)
            {
                unanswered.AddRange(items.Select(i => (i, stopped)));
                continue;
            }

            CallTicket? ticket = await budget.TryTakeAsync(target, CallKind.Proof, keep, first: false, cancellationToken);
            if (ticket is null)
            {
                stopped = new(OutcomeKind.Budget, OutcomeHandler.OwnBudget);
                unanswered.AddRange(items.Select(i => (i, stopped)));
                continue;
            }

            LookupResult answer = await target.FindAsync(query, cancellationToken);
            if (!answer.Outcome.Metered) await budget.ReturnAsync(ticket, cancellationToken);
            if (answer.Outcome.Kind == OutcomeKind.Accepted)
            {
                await MatchAsync(items, answer.Records, found, missing, cancellationToken);
                continue;
            }

            if (answer.Outcome.Kind == OutcomeKind.Refused && ++refused <= MostRefused)
            {
                // Somebody whom the platform refuses must not keep the others of the question in doubt: they are asked about by halves.
                if (query.Persons.Count == 1) unanswered.AddRange(items.Select(i => (i, answer.Outcome)));
                else foreach (var half in Halves(target, query, items)) open.Enqueue(half);
                continue;
            }

            stopped = answer.Outcome;
            unanswered.AddRange(items.Select(i => (i, stopped)));
        }

        return new(found, missing, unanswered, stopped);
    }

    private static IReadOnlyList<(LookupQuery, IReadOnlyList<Sought>)> Plan(IPlatformTarget target, IEnumerable<Sought> sought) =>
        LookupPlanner.Plan(sought, s => s.Item, target.LookupPersons, target.LookupSpan);

    private static IEnumerable<(LookupQuery, IReadOnlyList<Sought>)> Halves(IPlatformTarget target, LookupQuery query, IReadOnlyList<Sought> items)
    {
        HashSet<string> first = [.. query.Persons.Take(query.Persons.Count / 2)];
        return Plan(target, items.Where(i => first.Contains(i.Item.Person))).Concat(Plan(target, items.Where(i => !first.Contains(i.Item.Person))));
    }

    private async Task MatchAsync(IReadOnlyList<Sought> items, IReadOnlyList<PlatformRecord> records, List<Sought> found, List<Sought> missing, CancellationToken cancellationToken)
    {
        HashSet<string> taken = [.. await proofs.TakenAsync([.. records.Select(r => r.Id)], cancellationToken)];
        foreach (Sought one in items)
        {
            long start = one.Item.At / Minute * Minute;
            IReadOnlyList<Neighbour> others = await proofs.NeighboursAsync(one.PunchId, one.Key.Terminal, one.Item.Person, start, start + Minute, cancellationToken);
            PlatformRecord? row = RecordMatcher.Find(one.Item, records, r => taken.Contains(r.Id), others, one.Accepted);
            if (row is not null && await proofs.ProveAsync(one.PunchId, row.Id, row.Invalid, cancellationToken))
            {
                taken.Add(row.Id);
                found.Add(one);
            }
            else
            {
                missing.Add(one);
            }
        }
    }
}
