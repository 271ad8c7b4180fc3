using System.Data.Common;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

public abstract class LedgerRuleTests(StoreKind kind) : IAsyncDisposable
{
    private readonly StoreFixture _store = new(kind);
    private readonly TestLedger _ledger = new TestLedger("m2-001").AddMany(10);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Punches_are_stored_exactly_as_sent_with_the_time_of_receipt_beside()
    {
        Punch card = _ledger.Add("u-é-员工", method: PunchMethod.Card);
        IngestResult result = await Append(_ledger.All());

        result.Problem.ShouldBeNull();
        (result.Added, result.Mark.Through, PunchChain.ToHex(result.Mark.Chain)).ShouldBe((11, 11L, _ledger.LastChain));
        IReadOnlyList<StoredPunch> stored = await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100);
        stored.Select(one => one.Punch).ShouldBe(_ledger.Punches);
        stored[^1].Punch.ShouldBe(card);
        stored.ShouldAllBe(one => one.ReceivedAt == _store.Time.GetUtcNow().ToUnixTimeMilliseconds() && one.Delivery == DeliveryState.Pending);
    }

    [Fact]
    public async Task Biometric_attendance_sync_tool_26_the_same_punches_again_are_success_and_change_nothing()
    {
        await Append(_ledger.All());
        _store.Time.Advance(TimeSpan.FromHours(1));
        IngestResult again = await Append(_ledger.Batch(3, 8));
        (again.Problem, again.Added, again.Repeated, again.Mark.Through).ShouldBe((null, 0, 8, 10L));
        IngestResult overlap = await Append(_ledger.AddMany(2).Batch(8, 5));
        (overlap.Problem, overlap.Added, overlap.Repeated).ShouldBe((null, 2, 3));
        (await _store.CountAsync("punches")).ShouldBe(12);
        (await _store.CountAsync("outbox")).ShouldBe(12);
    }

    [Fact]
    public async Task A_gap_stores_nothing_is_shown_and_settles_itself_once_closed()
    {
        await Append(_ledger.Batch(1, 4));
        IngestResult gap = await Append(_ledger.Batch(6, 3));
        gap.Problem!.Code.ShouldBe(ProblemCodes.Gap);
        gap.Problem.Text.ShouldBe("Punch 6 came where 5 was expected: send again from 5.");
        gap.Mark.Through.ShouldBe(4);
        (await _store.CountAsync("punches")).ShouldBe(4);
        ExceptionRow row = (await Open()).Single();
        (row.Code, row.Terminal, row.Ledger, row.Seq).ShouldBe((ProblemCodes.Gap, "m2-001", _ledger.Id, 5L));

        await Append(_ledger.Batch(6, 3));
        (await Open()).Single().Count.ShouldBe(2);

        await Append(_ledger.Batch(5, 6));
        (await Open()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Zkteco_20_a_broken_chain_keeps_the_sound_punches_before_it_and_nothing_after()
    {
        List<Punch> altered = [.. _ledger.Punches];
        altered[5] = altered[5] with { Person = "u-mallory" };
        IngestResult broken = await Append(_ledger.All() with { Punches = altered });
        broken.Problem!.Code.ShouldBe(ProblemCodes.Chain);
        broken.Problem.Text.ShouldContain("punch 6");
        (broken.Added, broken.Mark.Through).ShouldBe((5, 5L));
        (await _store.CountAsync("punches")).ShouldBe(5);
        (await Open()).Single().Code.ShouldBe(ProblemCodes.Chain);
        (await Append(_ledger.Batch(6, 5))).Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_field_out_of_range_keeps_the_sound_punches_before_it()
    {
        List<Punch> altered = [.. _ledger.Punches];
        altered[3] = altered[3] with { UncertaintyMs = -7 };
        IngestResult result = await Append(_ledger.All() with { Punches = altered });
        result.Problem!.Code.ShouldBe(ProblemCodes.Malformed);
        result.Problem.Text.ShouldBe("Punch 4: uncertainty_ms -7 is below -1.");
        result.Mark.Through.ShouldBe(3);
    }

    [Fact]
    public async Task A_stored_seq_with_other_contents_forks_the_ledger_and_stops_it_even_after_a_restart()
    {
        await Append(_ledger.All());
        TestLedger clone = _ledger.Clone(7);
        clone.Add("u-other");
        clone.AddMany(9);

        IngestResult fork = await Append(clone.Batch(8, 5));
        fork.Problem!.Code.ShouldBe(ProblemCodes.Fork);
        fork.Mark.Forked.ShouldBeTrue();
        (fork.Mark.Through, PunchChain.ToHex(fork.Mark.Chain)).ShouldBe((10L, _ledger.LastChain));

        await _store.Database.DisposeAsync();
        _store.Reopen();
        IngestResult honest = await Append(_ledger.AddMany(1).Batch(11, 1));
        honest.Problem!.Code.ShouldBe(ProblemCodes.Fork);
        (await _store.CountAsync("punches")).ShouldBe(10);
        (await Open()).Single().Text.ShouldContain("nothing was discarded");
        // Another ledger of the same terminal (a re-imaged board) goes on.
        (await Append(new TestLedger("m2-001").AddMany(2).All())).Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_stored_punch_altered_on_the_way_is_a_broken_chain_and_not_a_fork()
    {
        await Append(_ledger.All());
        Punch altered = _ledger.Punches[4] with { At = 5 };
        IngestResult result = await Append(_ledger.All() with { Punches = [altered] });
        result.Problem!.Code.ShouldBe(ProblemCodes.Chain);
        result.Mark.Forked.ShouldBeFalse();
    }

    [Fact]
    public async Task Hello_with_another_chain_at_a_known_seq_forks_the_ledger()
    {
        await _store.AddTerminalAsync("m2-001");
        await Append(_ledger.All());
        (await _store.Punches.GreetAsync(_ledger.Hello())).Problem.ShouldBeNull();
        TestLedger clone = _ledger.Clone(7);
        clone.Add("u-other");
        IngestResult fork = await _store.Punches.GreetAsync(clone.Hello());
        fork.Problem!.Code.ShouldBe(ProblemCodes.Fork);
        CompletenessRow row = (await _store.Terminals.CompletenessAsync(SiteScope.All)).Single();
        row.Forked.ShouldBeTrue();
        row.Problem.ShouldBe(fork.Problem.Text);
    }

    [Fact]
    public async Task Hello_that_ends_before_the_watermark_is_shown_as_a_restored_board_without_stopping_it()
    {
        await _store.AddTerminalAsync("m2-001");
        await Append(_ledger.All());
        IngestResult result = await _store.Punches.GreetAsync(_ledger.Clone(6).Hello());
        result.Problem.ShouldBeNull();
        (await Open()).Single().Code.ShouldBe("rewound");
    }

    [Theory]
    [InlineData("UPDATE punches SET person = 'x'", "cannot be changed")]
    [InlineData("UPDATE punches SET received_at = 0", "cannot be changed")]
    [InlineData("DELETE FROM punches", "cannot be deleted")]
    [InlineData("UPDATE audit SET actor = 'x'", "insert-only")]
    public async Task Recorded_rows_can_neither_be_changed_nor_deleted(string sql, string says)
    {
        await Append(_ledger.All());
        await new Devices.Bridge.Store.Sql.SqlAuditStore(_store.Database, _store.Time).AuditAsync("hr", "test");
        DbException refused = await Should.ThrowAsync<DbException>(() => _store.Database.WriteAsync(session => session.Execute(sql)));
        refused.Message.ShouldContain(says);
        (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100)).Select(one => one.Punch).ShouldBe(_ledger.Punches);
    }

    [Fact]
    public async Task A_held_punch_waits_for_hr_and_the_others_are_pending()
    {
        TestLedger ledger = new("m2-002");
        ledger.Add(clock: ClockQuality.Held);
        ledger.Add(clock: ClockQuality.Corrected);
        await Append(ledger.All());
        IReadOnlyList<StoredPunch> stored = await _store.Punches.ListAfterAsync(SiteScope.All, 0, 10);
        stored.Select(one => one.Delivery).ShouldBe([DeliveryState.Held, DeliveryState.Pending]);
        stored[0].Reason.ShouldNotBeNull().ShouldContain("clock was not trusted");
    }

    private Task<IngestResult> Append(PunchBatch batch) => _store.Punches.AppendAsync(batch);

    private Task<IReadOnlyList<ExceptionRow>> Open() => _store.Exceptions.ExceptionsAsync(SiteScope.All, false, 100);
}

public sealed class LedgerRuleSqliteTests() : LedgerRuleTests(StoreKind.Sqlite);

public sealed class LedgerRulePostgresTests() : LedgerRuleTests(StoreKind.Postgres);
