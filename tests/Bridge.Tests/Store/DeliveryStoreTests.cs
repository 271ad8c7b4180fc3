using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

/// <summary>What delivery keeps: rows of several targets, counted states, metered calls, deferred punches, comparisons; on both databases.</summary>
public abstract class DeliveryStoreTests(StoreKind kind) : IAsyncDisposable
{
    private const long Eight = 1_772_438_400_000;
    private readonly StoreFixture _store = new(kind);

    private SqlTargetStore Targets => new(_store.Database, _store.Time);
    private SqlCallStore Calls => new(_store.Database);
    private SqlSendPlanStore Plans => new(_store.Database, _store.Time);
    private SqlReconcileStore Runs => new(_store.Database, _store.Time);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Each_targets_rows_are_leased_counted_and_marked_apart()
    {
        long[] ids = await AddAsync("hook", ("ada", 0), ("ada", 1000), ("grace", 2000));

        (await _store.Outbox.LeaseAsync("hook", 0, 10)).Select(i => i.PunchId).ShouldBe([ids[0], ids[2]]);
        (await _store.Outbox.LeaseAsync(OutboxTarget.Platform, 0, 10)).Select(i => i.PunchId).ShouldBe([ids[0], ids[2]], "another target's sending holds nobody");
        await _store.Outbox.MarkAsync("hook", ids[0], new(DeliveryState.Delivered) { DeliveredAt = 5 });
        await _store.Outbox.MarkAsync("hook", ids[2], new(DeliveryState.Dead) { ReasonCode = "reason.bad_value" });

        (await _store.Outbox.LeaseAsync("hook", 0, 10)).Select(i => i.PunchId).ShouldBe([ids[1]]);
        (await _store.Outbox.LeaseAsync(OutboxTarget.Platform, 0, 10)).ShouldBeEmpty("ada's first is being sent there");
        (await _store.Outbox.CountAsync(SiteScope.All, "hook")).ShouldBe(
            new Dictionary<DeliveryState, long> { [DeliveryState.Delivered] = 1, [DeliveryState.Dead] = 1, [DeliveryState.Sending] = 1 }, ignoreOrder: true);
        (await _store.Outbox.CountAsync(SiteScope.All)).ShouldBe(new Dictionary<DeliveryState, long> { [DeliveryState.Sending] = 2, [DeliveryState.Pending] = 1 }, ignoreOrder: true);
        (await Targets.DeadAsync("hook", 10)).ShouldBe([ids[2]]);
        (await Targets.StatesAsync(ids)).Select(s => (s.PunchId, s.State)).ShouldBe([(ids[0], DeliveryState.Delivered), (ids[1], DeliveryState.Sending), (ids[2], DeliveryState.Dead)]);
        (await _store.Outbox.RecoverAsync("hook", asks: false)).ShouldBe(1);
        (await Targets.StatesAsync([ids[1]])).Single().State.ShouldBe(DeliveryState.Waiting);
        (await _store.Outbox.RecoverAsync(OutboxTarget.Platform, asks: true, 7)).ShouldBe(2);
        (await _store.Outbox.LeaseAmbiguousAsync(OutboxTarget.Platform, 6, 10)).ShouldBeEmpty();
        (await _store.Outbox.LeaseAmbiguousAsync(OutboxTarget.Platform, 7, 10)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_put_in_doubt_by_a_fault_of_ours_keeps_an_outcome_that_was_written()
    {
        long[] ids = await AddAsync(null, ("ada", 0), ("grace", 1000));
        await _store.Outbox.LeaseAsync(0, 2);
        await _store.Outbox.MarkAsync(ids[0], new(DeliveryState.Delivered) { DeliveredAt = 5 });
        foreach (long id in ids) await _store.Outbox.MarkAsync(id, new(DeliveryState.Ambiguous) { OnlyIfSending = true });

        (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 10)).Select(p => p.Delivery).ShouldBe([DeliveryState.Delivered, DeliveryState.Ambiguous]);
    }

    [Fact]
    public async Task The_counts_are_those_of_the_rows_after_every_way_a_row_changes()
    {
        long[] ids = await AddAsync("hook", [.. Enumerable.Range(0, 12).Select(i => ($"p{i}", i * 1000L))]);
        await _store.Outbox.LeaseAsync(0, 6);
        for (int i = 0; i < 3; i++) await _store.Outbox.MarkAsync(ids[i], new(DeliveryState.Dead) { ReasonCode = "reason.bad_value" });
        await _store.Outbox.MarkAsync(ids[3], new(DeliveryState.Deferred) { ReasonCode = "reason.waits_budget" });
        await _store.Outbox.ResendAsync(SiteScope.All, [ids[0], ids[3]]);
        await _store.Outbox.RecoverAsync();
        await _store.Database.WriteAsync(session => session.Execute("DELETE FROM outbox WHERE punch_id = @id", ("@id", ids[11])));

        foreach (string target in (string[])[OutboxTarget.Platform, "hook"])
        {
            var counted = await _store.Database.ReadAsync(session => session
                .Query("SELECT state, COUNT(*) FROM outbox WHERE target = @target GROUP BY state", row => (Enum.Parse<DeliveryState>(row.GetString(0), true), row.GetInt64(1)), ("@target", target))
                .ToDictionary(one => one.Item1, one => one.Item2));
            (await _store.Outbox.CountAsync(SiteScope.All, target)).ShouldBe(counted, ignoreOrder: true);
        }
    }

    [Fact]
    public async Task A_targets_past_is_filled_in_by_pages_once_and_only_from_its_beginning()
    {
        long[] ids = await AddAsync(null, [.. Enumerable.Range(0, 7).Select(i => ($"p{i}", i * 1000L))]);
        await _store.Outbox.MarkAsync(ids[6], new(DeliveryState.Held) { ReasonCode = "clock-held" });
        await Targets.EnrolAsync(new("late", OutboxTarget.All));
        (await Targets.FillAsync("late", Eight + 2000, 3)).ShouldBeTrue();
        (await Targets.FillAsync("late", Eight + 2000, 3)).ShouldBeTrue();
        (await Targets.FillAsync("late", Eight + 2000, 3)).ShouldBeFalse();
        (await Targets.FillAsync("late", Eight + 2000, 3)).ShouldBeFalse();
        (await Targets.StatesAsync(ids)).Select(s => (s.PunchId, s.State)).ShouldBe([(ids[2], DeliveryState.Pending), (ids[3], DeliveryState.Pending), (ids[4], DeliveryState.Pending), (ids[5], DeliveryState.Pending), (ids[6], DeliveryState.Held)]);

        await Targets.EnrolAsync(new("newer"));
        (await Targets.FillAsync("newer", long.MinValue, 100)).ShouldBeFalse();
        (await _store.Outbox.CountAsync(SiteScope.All, "newer")).ShouldBeEmpty("what was before its first start is not its own");
    }

    [Fact]
    public async Task A_months_calls_are_counted_by_kind_and_never_beyond_the_limit()
    {
        for (int i = 0; i < 3; i++) (await Calls.TakeAsync("2026-03", i == 0 ? "proof" : "upload", 3, i == 1 ? "2026-03-02" : null)).ShouldBeTrue();
        (await Calls.TakeAsync("2026-03", "upload", 3, "2026-03-02")).ShouldBeFalse();
        (await Calls.TakeAsync("2026-04", "upload", 3, null)).ShouldBeTrue();
        await Calls.ReturnAsync("2026-03", "upload", "2026-03-02");

        (await Calls.CallsAsync("2026-03")).ShouldBe(new Dictionary<string, long> { ["metered"] = 2, ["proof"] = 1, ["upload"] = 1 }, ignoreOrder: true);
        (await Calls.FirstsAsync("2026-03-01", "2026-03-31")).ShouldBe(new Dictionary<string, long> { ["2026-03-02"] = 0 });
    }

    [Fact]
    public async Task Deferred_rows_come_back_when_due_or_when_there_is_room_oldest_first()
    {
        long[] ids = await AddAsync(null, ("ada", 0), ("ada", 1000), ("ada", 2000), ("grace", 3000));
        await _store.Outbox.MarkAsync(ids[0], new(DeliveryState.Deferred) { NextAttemptAt = 500, ReasonCode = "reason.waits_day_end" });
        for (int i = 1; i < 4; i++) await _store.Outbox.MarkAsync(ids[i], new(DeliveryState.Deferred) { ReasonCode = "reason.waits_budget" });

        (await Plans.DeferredAsync()).ShouldBe(new Dictionary<string, long> { ["reason.waits_day_end"] = 1, ["reason.waits_budget"] = 3 }, ignoreOrder: true);
        (await Plans.ReleaseDueAsync(499, 10)).ShouldBe(0);
        (await Plans.ReleaseDueAsync(500, 10)).ShouldBe(1);
        (await Plans.ReleaseOldAsync(Eight + 500, 10)).ShouldBe(0);
        (await Plans.ReleaseSavedAsync(2)).ShouldBe(2);
        (await Plans.DeferredAsync()).ShouldBe(new Dictionary<string, long> { ["reason.waits_budget"] = 1 });
        (await _store.Outbox.LeaseAsync(0, 10)).Select(i => i.PunchId).ShouldBe([ids[0]]);
        (await Plans.DayAsync("ada", Eight, Eight + 1500)).Select(p => p.PunchId).Order().ShouldBe(ids[..2]);
    }

    [Fact]
    public async Task A_comparison_keeps_its_cursor_counts_and_findings_and_knows_what_was_missing_before()
    {
        long[] ids = await AddAsync(null, ("ada", 0), ("grace", 1000), ("alan", 2000));
        await _store.Outbox.MarkAsync(ids[0], new(DeliveryState.Delivered) { DeliveredAt = 1 });
        ReconcileRun run = await Runs.BeginAsync("2026-03-02", Eight, Eight + 10_000, "");
        (await Runs.PeopleAsync("", Eight, Eight + 10_000, 2)).ShouldBe(["ada", "alan"]);
        (await Runs.PeopleAsync("alan", Eight, Eight + 10_000, 2)).ShouldBe(["grace"]);
        (await Runs.PunchesAsync(["ada", "grace"], Eight, Eight + 10_000)).Select(p => (p.PunchId, p.State, p.Repaired)).ShouldBe([(ids[0], DeliveryState.Delivered, false), (ids[1], DeliveryState.Pending, false)]);
        await Runs.SaveAsync(run.Id, "alan", new(2, 1, 1, 0, 0, 1, 0, 0, 0, 1), [new("other", "alan", 7), new("missing", "ada", Eight, ids[0])]);
        (await Runs.MissedBeforeAsync(ids[0], run.Id)).ShouldBeFalse();
        await Runs.CloseAsync(run.Id, done: true, null);
        ReconcileRun second = await Runs.BeginAsync("2026-03-03", Eight, Eight + 10_000, "");
        (await Runs.MissedBeforeAsync(ids[0], second.Id)).ShouldBeTrue();

        (await Runs.RepairAsync(ids[0])).ShouldBeTrue();
        (await Runs.RepairAsync(ids[0])).ShouldBeFalse("it is on its way already");
        (await Runs.PunchesAsync(["ada"], Eight, Eight + 10_000)).Single().ShouldBe(new(ids[0], (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 1))[0].Key, "ada", Eight, DeliveryState.Ambiguous, null, true));
        (await Runs.FindingsAsync(SiteScope.All, run.Id, 10)).Select(f => f.Kind).ShouldBe(["missing", "other"]);
        ReconcileRun kept = (await Runs.RunsAsync(5))[1];
        (kept.State, kept.Through, kept.Counts).ShouldBe(("done", "alan", new(2, 1, 1, 0, 0, 1, 0, 0, 0, 1)));
        (await Runs.LastAsync())!.Id.ShouldBe(second.Id);
    }

    private async Task<long[]> AddAsync(string? target, params (string Person, long After)[] punches)
    {
        SqlPunchStore store = new(_store.Database, _store.Time, targets: target is null ? null : new OutboxTargets([new(target)], NodaTime.DateTimeZone.Utc));
        Delivery.LedgerMaker ledger = new();
        await store.AppendAsync(ledger.Batch([.. punches.Select(p => ledger.Next(p.Person, Eight + p.After, method: PunchMethod.Card))]));
        return [.. (await store.ListAfterAsync(SiteScope.All, 0, 100)).Select(p => p.Id)];
    }
}

public sealed class SqliteDeliveryStoreTests() : DeliveryStoreTests(StoreKind.Sqlite);

public sealed class PostgresDeliveryStoreTests() : DeliveryStoreTests(StoreKind.Postgres);
