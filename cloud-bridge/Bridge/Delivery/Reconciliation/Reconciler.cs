using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Reconciliation;

/// <summary>
/// One run of the comparison: people in groups, each group asked about in windows that the platform allows, compared both ways, its result
/// and the cursor committed together. Inside the budget: a run makes at most <see cref="PlatformOptions.ReconcileCalls"/> calls and
/// leaves the last ones to punches in doubt.
/// </summary>
public sealed class Reconciler(
    IPlatformTarget target, IReconcileStore store, IProofStore proofs, ICorrectionStore corrections, CallBudget budget, DeviceNames names, DeliveryStatus status, LateVerdicts verdicts,
    PlatformOptions options, ILogger<Reconciler> log)
{
    // Punches at the ends of the time are compared with rows that the platform rounded over them.
    private const long Margin = 120_000;
    private const int MostFindings = 500;

    // So many of one question's punches are not lost one by one: the list itself is wrong, and sending them again would double them.
    private const int Few = 5;
    private const double FewShare = 0.2;

    /// <summary>Goes on with a run until it is done, has to stop (its calls or the month's are used up) or has to wait; then it is still running.</summary>
    public async Task ContinueAsync(ReconcileRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        string through = run.Through;
        long calls = run.Counts.Calls, noted = 0;
        List<(OurPunch Ours, PlatformRecord Row)> late = [];
        while (true)
        {
            IReadOnlyList<string> people = await store.PeopleAsync(through, run.From, run.To, target.LookupPersons, cancellationToken);
            if (people.Count == 0)
            {
                // Last, with what calls are left: first everybody is compared. What a restart forgets here is asked the next night.
                (IReadOnlyList<ReconcileFinding> uncounted, long asked) = await verdicts.LookAsync(late, options.ReconcileCalls - calls, cancellationToken);
                if (uncounted.Count + asked > 0) await store.SaveAsync(run.Id, through, ReconcileCounts.None with { Calls = asked }, uncounted, cancellationToken);
                await store.CloseAsync(run.Id, done: true, null, cancellationToken);
                return;
            }

            int windows = Windows(run).Count();
            if (calls + windows > options.ReconcileCalls)
            {
                await store.CloseAsync(run.Id, done: false, "reason.reconcile_calls", cancellationToken);
                return;
            }

            // What waits for the whole tenant waits here too.
            if (status.Current is { } pause && pause.Kind != PauseKind.Budget) return;
            (List<PlatformRecord> theirs, List<string> refused, long made, DeliveryOutcome? failure) = await AskAsync(run, people, cancellationToken);
            calls += made;
            if (failure is not null)
            {
                log.LogWarning("The comparison with the platform waits: {Reason} {Code}", Sentence.Of(failure.Reason), failure.Code);
                await store.SaveAsync(run.Id, through, ReconcileCounts.None with { Calls = made }, [], cancellationToken);
                if (failure.Kind is OutcomeKind.Budget or OutcomeKind.Configuration or OutcomeKind.Refused) await store.CloseAsync(run.Id, done: false, failure.Reason, cancellationToken);
                return;
            }

            through = people[^1];
            (ReconcileCounts more, List<ReconcileFinding> found, IReadOnlyList<(OurPunch Ours, PlatformRecord Row)> same) = await CompareAsync(run, [.. people.Except(refused)], theirs, cancellationToken);
            late.AddRange(same.Where(s => verdicts.IsLate(s.Row)));
            found.AddRange(refused.Select(p => new ReconcileFinding("refused", p, run.From)));
            List<ReconcileFinding> kept = [.. found.Where(f => f.Kind != "other" || noted++ < MostFindings)];
            await store.SaveAsync(run.Id, through, more with { People = people.Count, Calls = made }, kept, cancellationToken);
        }
    }

    private IEnumerable<(long From, long To)> Windows(ReconcileRun run)
    {
        long span = (long)target.LookupSpan.TotalMilliseconds - 1000;
        for (long from = run.From; from < run.To; from += span) yield return (from, Math.Min(run.To, from + span) - 1);
    }

    private async Task<(List<PlatformRecord> Rows, List<string> Refused, long Calls, DeliveryOutcome? Failure)> AskAsync(ReconcileRun run, IReadOnlyList<string> people, CancellationToken cancellationToken)
    {
        List<PlatformRecord> rows = [];
        HashSet<string> refused = [];
        long calls = 0;
        foreach (var (from, to) in Windows(run))
        {
            Queue<IReadOnlyList<string>> open = new([people]);
            while (open.TryDequeue(out IReadOnlyList<string>? some))
            {
                CallTicket? ticket = await budget.TryTakeAsync(target, CallKind.Reconciliation, budget.Reserve / 5, first: false, cancellationToken);
                if (ticket is null) return (rows, [], calls, new(OutcomeKind.Budget, OutcomeHandler.OwnBudget));
                LookupResult answer = await target.FindAsync(new(some, from, to), cancellationToken);
                if (!answer.Outcome.Metered) await budget.ReturnAsync(ticket, cancellationToken);
                else calls++;
                switch (answer.Outcome.Kind)
                {
                    case OutcomeKind.Accepted:
                        rows.AddRange(answer.Records);
                        break;
                    case OutcomeKind.Refused when some.Count == 1:
                        refused.Add(some[0]);
                        break;
                    // Somebody whom the platform will not hear of must not keep the others from being compared.
                    case OutcomeKind.Refused when calls <= options.ReconcileCalls:
                        open.Enqueue([.. some.Take(some.Count / 2)]);
                        open.Enqueue([.. some.Skip(some.Count / 2)]);
                        break;
                    default:
                        return (rows, [], calls, answer.Outcome);
                }
            }
        }

        return (rows, [.. refused], calls, null);
    }

    private async Task<(ReconcileCounts Counts, List<ReconcileFinding> Found, IReadOnlyList<(OurPunch Ours, PlatformRecord Row)> Same)> CompareAsync(ReconcileRun run, IReadOnlyList<string> people, List<PlatformRecord> theirs, CancellationToken cancellationToken)
    {
        List<OurPunch> ours = [];
        foreach (ComparedPunch punch in await store.PunchesAsync(people, run.From - Margin, run.To + Margin, cancellationToken))
            ours.Add(new(punch, await names.OfAsync(punch.Key.Terminal, cancellationToken)));
        Comparison compared = RecordComparer.Compare(ours, theirs);
        List<ReconcileFinding> found = [];
        foreach (var (one, row, _) in compared.Same.Where(s => s.New)) await proofs.ProveAsync(one.Punch.PunchId, row.Id, row.Invalid, cancellationToken);
        long missing = 0, repaired = 0, said = ours.Count(o => o.Punch is { State: DeliveryState.Delivered, Struck: false } && Inside(o.Punch.At)), gone = compared.Missing.Count(o => !o.Punch.Struck && Inside(o.Punch.At));
        bool many = gone > Few && gone > said * FewShare;
        if (many) log.LogError("The platform shows {Gone} of {Said} punches not: that many are not sent again by themselves. Is the app's permission to read attendance whole?", gone, said);
        // Struck here, shown there before, and there no more: HR has changed it at the platform too.
        foreach (OurPunch one in compared.Missing.Where(o => !many && o.Punch is { Struck: true, Record: not null } && Inside(o.Punch.At)))
            await corrections.SettleAsync(SiteScope.All, one.Punch.PunchId, OutboxTarget.Platform, gone: true, "bridge", cancellationToken);
        foreach (OurPunch one in compared.Missing.Where(o => !o.Punch.Struck && Inside(o.Punch.At)))
        {
            missing++;
            bool again = !many && await MissedAsync(run, one, cancellationToken);
            if (again) repaired++;
            found.Add(new(again ? "repaired" : "missing", one.Punch.Person, one.Punch.At, one.Punch.PunchId, one.Punch.Record, Place: one.Place));
        }

        found.AddRange(compared.WrongTime.Select(w => new ReconcileFinding("wrong-time", w.Ours.Punch.Person, w.Ours.Punch.At, w.Ours.Punch.PunchId, w.Row.Id, w.Row.At, w.Row.DeviceName)));
        found.AddRange(compared.WrongPerson.Select(w => new ReconcileFinding("wrong-person", w.Ours.Punch.Person, w.Ours.Punch.At, w.Ours.Punch.PunchId, w.Row.Id, w.Row.At, w.Row.Person)));
        found.AddRange(compared.Doubled.Select(r => new ReconcileFinding("doubled", r.Person, r.At, Record: r.Id, Place: r.DeviceName)));
        found.AddRange(compared.Others.Select(r => new ReconcileFinding("other", r.Person, r.At, Record: r.Id, Place: r.DeviceName)));
        ReconcileCounts counts = new(
            0, 0, said, theirs.Count, compared.Same.Count(s => Inside(s.Ours.Punch.At)), missing, repaired,
            compared.WrongTime.Count + compared.WrongPerson.Count, compared.Doubled.Count, compared.Others.Count);
        return (counts, found, [.. compared.Same.Select(s => (s.Ours, s.Row))]);

        bool Inside(long at) => at >= run.From && at < run.To;
    }

    // The list may lag, so the first run only notes it. The second sends it again, once; what is missing after that needs a person.
    private async Task<bool> MissedAsync(ReconcileRun run, OurPunch one, CancellationToken cancellationToken)
    {
        if (!options.ReconcileRepair || !await store.MissedBeforeAsync(one.Punch.PunchId, run.Id, cancellationToken)) return false;
        if (one.Punch.Repaired)
        {
            await proofs.GiveUpAsync(one.Punch.PunchId, "reason.not_recorded", cancellationToken);
            return false;
        }

        if (!await store.RepairAsync(one.Punch.PunchId, cancellationToken)) return false;
        log.LogWarning("The platform does not have punch {Punch}, in two comparisons: it is asked again, then it is sent again.", one.Punch.Key);
        status.Wake();
        return true;
    }
}
