using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;
using static Devices.Bridge.Tests.Corrections.CorrectionBench;

namespace Devices.Bridge.Tests.Corrections;

public sealed class CorrectionStoreTests
{
    public static TheoryData<StoreKind> Kinds() => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_forgotten_punch_is_added_as_a_new_row_with_its_own_key_and_goes_out_once(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        await bench.PunchAsync(door, "ada", At(18));

        CorrectionResult result = await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(8, 30)));

        (result.Outcome, result.Correction!.State, result.Correction.DecidedBy).ShouldBe((CorrectionOutcome.Applied, CorrectionState.Approved, "lin"));
        IReadOnlyList<StoredPunch> day = await bench.Effective.OfPersonAsync(SiteScope.All, "ada", At(0), At(23));
        day.Select(p => (p.Punch.At, p.Standing.Origin, p.Standing.Counts)).ShouldBe([(At(8, 30), PunchOrigin.Added, true), (At(18), PunchOrigin.Recorded, true)]);
        day[0].Standing.OriginCorrection.ShouldBe(result.Correction.Id);
        (day[0].Punch.Method, day[0].Punch.Clock, day[0].Delivery).ShouldBe((PunchMethod.Operator, ClockQuality.Synced, DeliveryState.Pending));
        PunchChain.ToHex(PunchChain.Next(PunchChain.Genesis(day[0].Punch.Ledger), day[0].Punch)).ShouldBe(day[0].Punch.Chain);
        (await bench.Store.Outbox.LeaseAsync(long.MaxValue, 10)).Single().Key.ShouldBe(day[0].Key, "a person's punches go by their time");
        // The terminals' page and a claim know nothing of the book in which it stands.
        (await bench.Store.Terminals.ListTerminalsAsync(SiteScope.All)).Select(t => t.Name).ShouldBe(["door"]);
        await bench.Store.Fleet.AddClaimAsync([1], day[0].Punch.Terminal, long.MaxValue);
        (await bench.Store.Fleet.RedeemAsync([1], day[0].Punch.Terminal, () => throw new InvalidOperationException("no certificate"), _ => false)).Verdict.ShouldBe(ClaimVerdict.NameTaken);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Icehrm_259_what_terminals_recorded_is_the_same_before_and_after_any_corrections(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        List<StoredPunch> raw = [];
        foreach (int hour in new[] { 8, 12, 13, 18 }) raw.Add(await bench.PunchAsync(door, "ada", At(hour)));
        string before = await RawAsync(bench);

        (await bench.ApplyAsync(bench.New(CorrectionKind.Void, raw[0]))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reassign, raw[1], to: "bob"))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reinstate, await bench.AgainAsync(raw[0])))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(9)))).Outcome.ShouldBe(CorrectionOutcome.Applied);

        (await RawAsync(bench)).ShouldBe(before);
        (await bench.CountingAsync("ada")).ShouldBe([At(8), At(9), At(13), At(18)]);
        (await bench.CountingAsync("bob")).ShouldBe([At(12)]);
        foreach (string table in new[] { "corrections", "correction_decisions" })
        {
            await Should.ThrowAsync<Exception>(() => bench.Store.Database.WriteAsync(session => session.Execute($"DELETE FROM {table}")));
            await Should.ThrowAsync<Exception>(() => bench.Store.Database.WriteAsync(session => session.Execute($"UPDATE {table} SET {(table == "corrections" ? "reason" : "note")} = 'other'")));
        }

        (await bench.Corrections.RebuildAsync()).ShouldBe(0, "what is kept for speed is what the records say");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reassigned_punch_counts_for_the_other_person_and_can_come_back(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        StoredPunch punch = await bench.PunchAsync(door, "ada", At(8, 31, 7));

        CorrectionResult moved = await bench.ApplyAsync(bench.New(CorrectionKind.Reassign, punch, to: "bob"));
        StoredPunch standIn = (await bench.Effective.OfPersonAsync(SiteScope.All, "bob", 0, long.MaxValue)).Single();
        (standIn.Punch.At, standIn.Standing.Origin, standIn.Standing.OriginPunch, standIn.Standing.OriginCorrection).ShouldBe((At(8, 31, 7), PunchOrigin.Reassigned, punch.Id, moved.Correction!.Id));
        StoredPunch struck = await bench.AgainAsync(punch);
        (struck.Standing.Struck, struck.Standing.StandIn).ShouldBe((PunchStrike.Reassign, standIn.Id));

        (await bench.ApplyAsync(bench.New(CorrectionKind.Reassign, struck, to: "eve"))).Outcome.ShouldBe(CorrectionOutcome.AlreadyStruck);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reassign, standIn, to: "eve"))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reinstate, struck))).Outcome.ShouldBe(CorrectionOutcome.Later, "it stands with eve now: two would count");
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reinstate, await bench.AgainAsync(standIn)))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reinstate, struck))).Outcome.ShouldBe(CorrectionOutcome.Applied);

        (await bench.CountingAsync("ada"), await bench.CountingAsync("bob"), await bench.CountingAsync("eve")).ShouldBe(([At(8, 31, 7)], [], []), new Arrays());
        (await bench.Corrections.RebuildAsync()).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_two_who_correct_the_same_punch_the_second_is_told(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        StoredPunch punch = await bench.PunchAsync(door, "ada", At(8));

        CorrectionResult[] both = await Task.WhenAll(
            bench.ApplyAsync(bench.New(CorrectionKind.Void, punch, author: "lin", seen: 0)), bench.ApplyAsync(bench.New(CorrectionKind.Reassign, punch, to: "bob", author: "wang", seen: 0)));

        both.Select(r => r.Outcome).Order().ShouldBe([CorrectionOutcome.Applied, CorrectionOutcome.AlreadyStruck]);
        both.Single(r => !r.Done).Other!.Author.ShouldBe(both.Single(r => r.Done).Correction!.Author);
        long first = both.Single(r => r.Done).Correction!.Id;
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reinstate, punch, seen: first))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Void, punch, seen: first))).Outcome.ShouldBe(CorrectionOutcome.Changed, "the page it came from was older");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_form_sent_twice_is_one_record(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        NewCorrection form = bench.New(CorrectionKind.Add, person: "ada", at: At(8));

        CorrectionResult[] twice = await Task.WhenAll(bench.ApplyAsync(form), bench.ApplyAsync(form));

        twice.Select(r => r.Outcome).Order().ShouldBe([CorrectionOutcome.Applied, CorrectionOutcome.Again]);
        (await bench.CountingAsync("ada")).ShouldBe([At(8)]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_is_doubled_where_the_person_has_a_punch_at_that_time(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        StoredPunch early = await bench.PunchAsync(door, "ada", At(8, 30, 50)), late = await bench.PunchAsync(door, "bob", At(9));

        CorrectionResult near = await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(8, 30)));
        (near.Outcome, near.Near!.Id).ShouldBe((CorrectionOutcome.Near, early.Id));
        (await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(8, 31, 49)))).Outcome.ShouldBe(CorrectionOutcome.Near);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(8, 31, 50)))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(9)))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reassign, late, to: "ada"))).Outcome.ShouldBe(CorrectionOutcome.Near);

        // A proposal is looked at again when it is approved.
        CorrectionResult proposal = await bench.ProposeAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(12)));
        await bench.PunchAsync(door, "ada", At(12, 0, 20));
        (await bench.DecideAsync(proposal.Correction!.Id, CorrectionState.Approved)).Outcome.ShouldBe(CorrectionOutcome.Near);
        (await bench.DecideAsync(proposal.Correction.Id, CorrectionState.Rejected)).Outcome.ShouldBe(CorrectionOutcome.Closed);
        (await bench.CountingAsync("ada")).Length.ShouldBe(4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_proposal_changes_nothing_until_another_person_approves_it(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        StoredPunch punch = await bench.PunchAsync(door, "ada", At(8));

        CorrectionResult proposal = await bench.ProposeAsync(bench.New(CorrectionKind.Void, punch));
        long id = proposal.Correction!.Id;
        StoredPunch open = await bench.AgainAsync(punch);
        (proposal.Outcome, open.Standing.Counts, open.Standing.Proposal).ShouldBe((CorrectionOutcome.Proposed, true, id));

        CorrectionResult second = await bench.ApplyAsync(bench.New(CorrectionKind.Void, punch, author: "wang"));
        (second.Outcome, second.Other!.Id).ShouldBe((CorrectionOutcome.Waiting, id));
        (await bench.DecideAsync(id, CorrectionState.Approved, by: "lin")).Outcome.ShouldBe(CorrectionOutcome.Own);
        (await bench.DecideAsync(id, CorrectionState.Withdrawn, by: "wang")).Outcome.ShouldBe(CorrectionOutcome.Own);
        CorrectionResult[] decisions = await Task.WhenAll(bench.DecideAsync(id, CorrectionState.Approved), bench.DecideAsync(id, CorrectionState.Rejected, by: "chen"));
        decisions.Count(d => d.Outcome == CorrectionOutcome.Decided).ShouldBe(1, "decided once; the second is told");
        decisions.Single(d => d.Outcome == CorrectionOutcome.Decided).Correction!.DecidedBy.ShouldNotBeNull();
        open = await bench.AgainAsync(punch);
        open.Standing.Proposal.ShouldBeNull();
        open.Standing.Counts.ShouldBe(decisions.All(d => d.Outcome != CorrectionOutcome.Applied));
        (await bench.Corrections.RebuildAsync()).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_closed_month_takes_no_correction_until_it_is_opened_again(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        StoredPunch punch = await bench.PunchAsync(door, "ada", At(8));
        CorrectionResult proposal = await bench.ProposeAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(18)));
        (await bench.Months.SetAsync("2026-03", closed: true, "chen", "Payroll is done.")).ShouldBeTrue();
        (await bench.Months.SetAsync("2026-03", closed: true, "chen", "again")).ShouldBeFalse();

        (await bench.ApplyAsync(bench.New(CorrectionKind.Void, punch))).Outcome.ShouldBe(CorrectionOutcome.MonthClosed);
        (await bench.DecideAsync(proposal.Correction!.Id, CorrectionState.Approved)).Outcome.ShouldBe(CorrectionOutcome.MonthClosed);
        (await bench.Months.SetAsync("2026-03", closed: false, "chen", "A forgotten day.")).ShouldBeTrue();
        (await bench.DecideAsync(proposal.Correction.Id, CorrectionState.Approved)).Outcome.ShouldBe(CorrectionOutcome.Applied);

        (await bench.Months.HistoryAsync("2026-03")).Select(m => (m.Closed, m.By, m.Reason)).ShouldBe([(false, "chen", "A forgotten day."), (true, "chen", "Payroll is done.")]);
        (await bench.Months.MonthsAsync()).Single().Closed.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_struck_punch_is_not_sent_and_one_that_is_there_is_listed_until_it_is_gone(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        TestLedger door = await bench.TerminalAsync("door");
        StoredPunch open = await bench.PunchAsync(door, "ada", At(8)), doubtful = await bench.PunchAsync(door, "bob", At(8)), there = await bench.PunchAsync(door, "eve", At(8)), held = await bench.PunchAsync(door, "joe", At(8), ClockQuality.Held);
        await bench.Store.Outbox.MarkAsync(doubtful.Id, new(DeliveryState.Ambiguous) { Attempts = 1, SentAt = 5 });
        await bench.Store.Outbox.MarkAsync(there.Id, new(DeliveryState.Delivered) { Attempts = 1, SentAt = 5, DeliveredAt = 6 });

        foreach (StoredPunch one in new[] { open, doubtful, there, held }) (await bench.ApplyAsync(bench.New(CorrectionKind.Void, one))).Outcome.ShouldBe(CorrectionOutcome.Applied);

        (await bench.AgainAsync(open)).ReasonCode.ShouldBe("reason.struck");
        // In doubt: it is asked about, and where it is not there it is not sent.
        OutboxItem asked = (await bench.Store.Outbox.LeaseAsync(long.MaxValue, 10)).Single();
        (asked.PunchId, asked.Was).ShouldBe((doubtful.Id, DeliveryState.Ambiguous));
        await bench.Store.Outbox.MarkAsync(doubtful.Id, new(DeliveryState.Waiting) { Attempts = 1, SentAt = 5, ReasonCode = "reason.not_there" });
        (await bench.Store.Outbox.LeaseAsync(long.MaxValue, 10)).ShouldBeEmpty();
        (await bench.AgainAsync(doubtful)).Delivery.ShouldBe(DeliveryState.Skipped);
        (await bench.Store.Outbox.ResendAsync(SiteScope.All, [open.Id, doubtful.Id, held.Id])).ShouldBe(0, "nobody sends what does not count");

        CorrectionDifference difference = (await bench.Corrections.DifferencesAsync(SiteScope.All, 10)).Single();
        (difference.Punch.Id, difference.Target, difference.Correction.Kind).ShouldBe((there.Id, OutboxTarget.Platform, CorrectionKind.Void));
        (await bench.Corrections.SettleAsync(SiteScope.All, there.Id, OutboxTarget.Platform, gone: false, "lin")).ShouldBeTrue();
        (await bench.Corrections.SettleAsync(SiteScope.All, there.Id, OutboxTarget.Platform, gone: true, "bridge")).ShouldBeFalse();
        (await bench.Corrections.DifferencesAsync(SiteScope.All, 10)).ShouldBeEmpty();

        // Back again: what waited goes out, what was in doubt is asked about, what was held stays held.
        foreach (StoredPunch one in new[] { open, doubtful, held }) (await bench.ApplyAsync(bench.New(CorrectionKind.Reinstate, one))).Outcome.ShouldBe(CorrectionOutcome.Applied);
        ((await bench.AgainAsync(open)).Delivery, (await bench.AgainAsync(doubtful)).Delivery, (await bench.AgainAsync(held)).Delivery)
            .ShouldBe((DeliveryState.Pending, DeliveryState.Ambiguous, DeliveryState.Held));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_site_sees_and_corrects_its_own_punches_only(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        StoredPunch north = await bench.PunchAsync(await bench.TerminalAsync("north-1", "north"), "ada", At(8)), main = await bench.PunchAsync(await bench.TerminalAsync("door"), "ada", At(9));
        SiteScope scope = SiteScope.Of("north");

        (await bench.ApplyAsync(bench.New(CorrectionKind.Void, main), scope)).Outcome.ShouldBe(CorrectionOutcome.Unknown);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(18)), scope)).Outcome.ShouldBe(CorrectionOutcome.Unknown, "the main site is not theirs");
        CorrectionResult near = await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(9), site: "north"), scope);
        (near.Outcome, near.Near).ShouldBe((CorrectionOutcome.Near, null), "refused, without telling what another site recorded");
        (await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(18), site: "north"), scope)).Outcome.ShouldBe(CorrectionOutcome.Applied);
        (await bench.ApplyAsync(bench.New(CorrectionKind.Reassign, main, to: "bob"))).Outcome.ShouldBe(CorrectionOutcome.Applied);

        (await bench.Effective.OfPersonAsync(scope, "ada", 0, long.MaxValue)).Select(p => p.Punch.At).ShouldBe([At(8), At(18)]);
        (await bench.Effective.OfPersonAsync(scope, "bob", 0, long.MaxValue)).ShouldBeEmpty();
        (await bench.Effective.OfPersonAsync(SiteScope.Of(""), "bob", 0, long.MaxValue)).Count.ShouldBe(1);
        (await bench.Corrections.ListAsync(scope, new(), 10)).Select(c => c.Kind).ShouldBe([CorrectionKind.Add]);
        (await bench.Corrections.ListAsync(SiteScope.Of(""), new(), 10)).Select(c => c.Kind).ShouldBe([CorrectionKind.Reassign]);
        north.Standing.ShouldBe(PunchStanding.AsRecorded);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task After_a_restored_backup_what_HR_adds_stands_in_a_new_ledger(StoreKind kind)
    {
        await using CorrectionBench bench = new(kind);
        await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(8)));
        await bench.Store.Database.WriteAsync(session => session.Execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('store.restored_at', @now, 0)", ("@now", bench.Store.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture))));
        bench.Store.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(9)));
        await bench.ApplyAsync(bench.New(CorrectionKind.Add, person: "ada", at: At(10)));

        StoredPunch[] day = [.. await bench.Effective.OfPersonAsync(SiteScope.All, "ada", 0, long.MaxValue)];
        day.Select(p => (p.Punch.Terminal, p.Punch.Seq, Old: p.Punch.Ledger == day[0].Punch.Ledger)).ShouldBe([("hr-added", 1L, true), ("hr-added", 1L, false), ("hr-added", 2L, false)]);
    }

    private static Task<string> RawAsync(CorrectionBench bench) => bench.Store.Database.ReadAsync(session => string.Join('\n', session.Query(
        "SELECT id, terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, received_at, chain FROM punches WHERE terminal = 'door' ORDER BY id",
        row => string.Join('|', Enumerable.Range(0, 11).Select(i => row.GetValue(i))) + Convert.ToHexString((byte[])row.GetValue(11)))));

    private sealed class Arrays : IEqualityComparer<(long[], long[], long[])>
    {
        public bool Equals((long[], long[], long[]) x, (long[], long[], long[]) y) => x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2) && x.Item3.SequenceEqual(y.Item3);

        public int GetHashCode((long[], long[], long[]) obj) => 0;
    }
}
