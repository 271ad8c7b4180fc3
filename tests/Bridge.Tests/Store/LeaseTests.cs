using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;

namespace Devices.Bridge.Tests.Store;

/// <summary>Which punch goes out next: in order for each person, and nobody waits for a row that goes nowhere.</summary>
public abstract class LeaseTests(StoreKind kind) : IAsyncDisposable
{
    private const long Eight = 1_772_438_400_000;
    private readonly StoreFixture _store = new(kind);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(DeliveryState.Dead)]
    [InlineData(DeliveryState.Held)]
    [InlineData(DeliveryState.Skipped)]
    [InlineData(DeliveryState.Deferred)]
    [InlineData(DeliveryState.Delivered)]
    public async Task An_earlier_punch_that_goes_nowhere_blocks_nobody(DeliveryState state)
    {
        long[] ids = await AddAsync(("ada", Eight), ("ada", Eight + 1000));
        await _store.Outbox.MarkAsync(ids[0], new(state));

        (await LeaseAsync(0)).ShouldBe([ids[1]]);
    }

    [Theory]
    [InlineData(DeliveryState.Waiting)]
    [InlineData(DeliveryState.Ambiguous)]
    public async Task An_earlier_punch_that_will_be_tried_again_holds_its_person_until_then_and_nobody_else(DeliveryState state)
    {
        long[] ids = await AddAsync(("ada", Eight), ("ada", Eight + 1000), ("grace", Eight + 2000));
        await _store.Outbox.MarkAsync(ids[0], new(state) { NextAttemptAt = 500 });

        (await LeaseAsync(499)).ShouldBe([ids[2]]);
        (await LeaseAsync(500)).ShouldBe([ids[0]]);
    }

    [Fact]
    public async Task A_punch_dated_into_the_future_waits_for_its_turn_and_blocks_nothing_of_today()
    {
        long[] ids = await AddAsync(("ada", Eight + 400L * 86_400_000), ("ada", Eight), ("ada", Eight + 1000));
        await _store.Outbox.MarkAsync(ids[0], new(DeliveryState.Waiting) { NextAttemptAt = long.MaxValue });

        (await LeaseAsync(0)).ShouldBe([ids[1]]);
        await _store.Outbox.MarkAsync(ids[1], new(DeliveryState.Delivered));
        (await LeaseAsync(0)).ShouldBe([ids[2]]);
    }

    [Fact]
    public async Task A_later_punch_that_is_being_sent_keeps_an_earlier_one_of_its_person_back_until_it_is_done()
    {
        long[] ids = await AddAsync(("ada", Eight + 1000));
        (await LeaseAsync(0)).ShouldBe(ids);
        long[] earlier = await AddAsync(("ada", Eight));
        (await LeaseAsync(0)).ShouldBeEmpty();
        await _store.Outbox.MarkAsync(ids[0], new(DeliveryState.Waiting) { NextAttemptAt = 0 });
        (await LeaseAsync(0)).ShouldBe(earlier);
    }

    [Fact]
    public async Task Punches_of_the_same_millisecond_go_in_order_of_arrival()
    {
        long[] ids = await AddAsync(("ada", Eight), ("ada", Eight));
        (await LeaseAsync(0)).ShouldBe([ids[0]]);
        await _store.Outbox.MarkAsync(ids[0], new(DeliveryState.Delivered));
        (await LeaseAsync(0)).ShouldBe([ids[1]]);
    }

    [Theory]
    [InlineData(DeliveryState.Dead, 1, "reason.unknown_person", DeliveryState.Pending)]
    [InlineData(DeliveryState.Dead, 2, "reason.unknown_person", DeliveryState.Ambiguous)]
    [InlineData(DeliveryState.Dead, 1, "reason.not_recorded", DeliveryState.Ambiguous)]
    [InlineData(DeliveryState.Dead, 1, "reason.never_settled", DeliveryState.Ambiguous)]
    [InlineData(DeliveryState.Dead, 1, "reason.unknown_code", DeliveryState.Ambiguous)]
    [InlineData(DeliveryState.Held, 0, "clock-held", DeliveryState.Pending)]
    [InlineData(DeliveryState.Skipped, 0, "x", DeliveryState.Pending)]
    [InlineData(DeliveryState.Deferred, 0, "reason.waits_budget", DeliveryState.Pending)]
    public async Task Sent_again_by_HR_is_asked_about_first_where_an_attempt_may_have_arrived(DeliveryState state, int attempts, string reason, DeliveryState expected)
    {
        long[] ids = await AddAsync(("ada", Eight));
        await _store.Outbox.MarkAsync(ids[0], new(state) { Attempts = attempts, SentAt = attempts > 0 ? 1 : null, ReasonCode = reason });

        (await _store.Outbox.ResendAsync(SiteScope.All, ids)).ShouldBe(1);

        (await _store.Outbox.LeaseAsync(0, 1)).Single().Was.ShouldBe(expected);
        (await _store.Outbox.ResendAsync(SiteScope.All, ids)).ShouldBe(0, "clicked twice is sent once");
    }

    [Fact]
    public async Task Among_a_hundred_thousand_rows_the_next_are_found_by_index_alone()
    {
        await ManyAsync(_store, 100_000, 500);
        if (kind == StoreKind.Sqlite) await PlannedBySqliteAsync();
        else await PlannedByPostgresAsync();
        // Every person's first is not due; one is.
        await _store.Database.WriteAsync(session => session.Execute("UPDATE outbox SET state = 'waiting', next_attempt_at = 10 WHERE punch_id <= 500"));
        await _store.Database.WriteAsync(session => session.Execute("UPDATE outbox SET next_attempt_at = 5 WHERE punch_id IN (7, 9)"));
        (await LeaseAsync(9)).ShouldBe([7, 9]);
        (await LeaseAsync(9)).ShouldBeEmpty();
        (await _store.Outbox.LeaseAsync(10, 1000)).Count.ShouldBe(498);
    }

    private async Task PlannedBySqliteAsync()
    {
        string[] plan = await _store.Database.ReadAsync(session => session.Query(
            "EXPLAIN QUERY PLAN " + SqlOutboxStore.LeaseSql, row => row.GetString(3), ("@target", OutboxTarget.Platform), ("@now", 0L), ("@limit", 4)).ToArray());
        plan.ShouldAllBe(step => !step.StartsWith("SCAN", StringComparison.Ordinal) || step == "SCAN open", string.Join('\n', plan));
        foreach (string table in (string[])["n", "b", "s"]) plan.ShouldContain(step => step.StartsWith($"SEARCH {table} USING ", StringComparison.Ordinal) && step.Contains("INDEX outbox_", StringComparison.Ordinal), string.Join('\n', plan));
    }

    private async Task PlannedByPostgresAsync()
    {
        await _store.Cluster.ExecuteAsync(_store.DatabaseName, "ANALYZE");
        string plan = await _store.Database.ReadAsync(session => string.Join('\n', session.Query(
            "EXPLAIN " + SqlOutboxStore.LeaseSql, row => row.GetString(0), ("@target", OutboxTarget.Platform), ("@now", 0L), ("@limit", 4))));
        plan.ShouldNotContain("Seq Scan on outbox");
        plan.ShouldContain("outbox_open_by_person", Case.Sensitive, plan);
    }

    private static Task ManyAsync(StoreFixture store, int rows, int people) => store.Database.WriteAsync(session =>
    {
        session.Execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows)
            INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, chain, received_at)
            SELECT 'm2-001', '0198b0a4-0000-7000-8000-000000000001', i, 'u-' || (i % @people), i * 1000, 'synced', 0, 'card', 'none', @chain, 0 FROM n
            """, ("@rows", rows), ("@people", people), ("@chain", new byte[32]));
        session.Execute("INSERT INTO outbox (punch_id, person, at, state, updated_at) SELECT id, person, at, 'pending', 0 FROM punches");
    });

    private async Task<long[]> AddAsync(params (string Person, long At)[] punches)
    {
        TestLedger ledger = new("m2-001");
        foreach ((string person, long at) in punches) ledger.Add(person, at);
        await _store.Punches.AppendAsync(ledger.All());
        return await _store.Database.ReadAsync(session => session.Query("SELECT id FROM punches WHERE ledger = @ledger ORDER BY id", row => row.GetInt64(0), ("@ledger", ledger.Id.ToString())).ToArray());
    }

    private async Task<long[]> LeaseAsync(long now) => [.. (await _store.Outbox.LeaseAsync(now, 10)).Select(one => one.PunchId)];
}

public sealed class LeaseSqliteTests() : LeaseTests(StoreKind.Sqlite);

public sealed class LeasePostgresTests() : LeaseTests(StoreKind.Postgres);
