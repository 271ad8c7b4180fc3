using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>A punch and what the platform was told of it.</summary>
/// <param name="Accepted">Whether the platform said yes to it; an ambiguous one got no answer.</param>
public sealed record Sought(long PunchId, PunchKey Key, DeliveryItem Item, bool Accepted);

/// <summary>What looking brought: punches found (and noted as proved), not there, or the outcome that stopped the looking.</summary>
public sealed record ProofResult(IReadOnlyList<Sought> Found, IReadOnlyList<Sought> Missing, IReadOnlyList<Sought> Unasked, DeliveryOutcome? Stopped);

/// <summary>Asks the platform's record list for punches, in as few metered calls as possible, and notes the proofs.</summary>
public sealed class Prover(IProofStore proofs, CallBudget budget)
{
    private const long Minute = 60_000;

    /// <summary>Looks for all of them. <paramref name="keep"/> calls of the month are left untouched.</summary>
    public async Task<ProofResult> LookAsync(IDeliveryTarget target, IReadOnlyList<Sought> sought, int keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        List<Sought> found = [], missing = [], unasked = [];
        DeliveryOutcome? stopped = null;
        foreach (var (query, items) in LookupPlanner.Plan(sought, s => s.Item, target.LookupPersons, target.LookupSpan))
        {
            if (stopped is not null)
            {
                unasked.AddRange(items);
                continue;
            }

            string? month = await budget.TryTakeAsync(target, keep, cancellationToken);
            if (month is null)
            {
                stopped = new(OutcomeKind.Budget, "reason.budget");
                unasked.AddRange(items);
                continue;
            }

            LookupResult answer = await target.FindAsync(query, cancellationToken);
            if (!answer.Outcome.Metered) await budget.ReturnAsync(month, cancellationToken);
            if (answer.Outcome.Kind != OutcomeKind.Accepted)
            {
                stopped = answer.Outcome;
                unasked.AddRange(items);
                continue;
            }

            await MatchAsync(items, answer.Records, found, missing, cancellationToken);
        }

        return new(found, missing, unasked, stopped);
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
