using Devices.Bridge.Delivery.Targets.CsvDrop;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

/// <summary>What targets and notices keep, on both databases.</summary>
public abstract class TargetStoreTests(StoreKind kind) : IAsyncDisposable
{
    private const long Eight = 1_772_438_400_000;
    private readonly StoreFixture _store = new(kind);

    private SqlCsvDropStore Csv => new(_store.Database, _store.Time);
    private SqlNoticeStore Notices => new(_store.Database, _store.Time);
    private SqlReplayStore Replay => new(_store.Database, _store.Time);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task<long[]> AddAsync(int count)
    {
        Delivery.LedgerMaker ledger = new();
        await _store.Punches.AppendAsync(ledger.Batch([.. Enumerable.Range(0, count).Select(i => ledger.Next($"p{i}", Eight + (i * 1000)))]));
        return [.. (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100)).Select(p => p.Id)];
    }

    [Fact]
    public async Task A_punch_is_in_one_file_of_the_drop_and_a_file_goes_through_its_states()
    {
        long[] ids = await AddAsync(4);
        (await Csv.WaitingAsync()).ShouldBe(new(0, null));
        (await Csv.TakeAsync(ids)).ShouldBe(4);
        (await Csv.TakeAsync(ids)).ShouldBe(0);
        (await Csv.WaitingAsync()).Count.ShouldBe(4);
        CsvFileRow first = (await Csv.PlanAsync(3, CsvFile.Name))!, second = (await Csv.PlanAsync(3, CsvFile.Name))!;
        (await Csv.PlanAsync(3, CsvFile.Name)).ShouldBeNull();
        (first.RowCount, second.RowCount).ShouldBe((3, 1));
        (await Csv.RowsAsync(first)).Select(r => r.Id).ShouldBe(ids[..3]);
        (await Csv.RowsAsync(second)).Select(r => r.Id).ShouldBe(ids[3..]);
        await Csv.MarkAsync(first.Id, CsvFileState.Written, "ab");
        (await Csv.UnplacedAsync()).Select(f => f.State).ShouldBe([CsvFileState.Written, CsvFileState.Planned]);
        await Csv.MarkAsync(first.Id, CsvFileState.Placed, null);
        (await Csv.UnplacedAsync()).ShouldHaveSingleItem().Id.ShouldBe(second.Id);
        CsvFileRow placed = (await Csv.FilesAsync(10))[1];
        (placed.Sha256, placed.PlacedAt).ShouldBe(("ab", _store.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        CsvFileRow again = (await Csv.PlanAgainAsync(first.Name, n => CsvFile.NameAgain(first.Name, n)))!;
        (await Csv.RowsAsync(again)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_consent_is_in_force_once_and_stays_on_record_after_its_end()
    {
        NoticeConsent consent = new("ada", "grace", "v1", "mother", 5, "hr", null, null);
        (await Notices.AddConsentAsync(consent)).ShouldBeTrue();
        (await Notices.AddConsentAsync(consent)).ShouldBeFalse();
        (await Notices.ConsentsAsync(null, includeEnded: false)).ShouldBe([consent]);
        (await Notices.EndConsentAsync("ada", "grace", "hr2")).ShouldBeTrue();
        (await Notices.EndConsentAsync("ada", "grace", "hr2")).ShouldBeFalse();
        (await Notices.ConsentsAsync("ada", includeEnded: false)).ShouldBeEmpty();
        (await Notices.ConsentsAsync("ada", includeEnded: true)).ShouldHaveSingleItem().EndedBy.ShouldBe("hr2");
        (await Notices.AddConsentAsync(consent)).ShouldBeTrue("it may be given again");
    }

    [Fact]
    public async Task A_notice_is_there_once_a_cause_and_its_mark_moves_with_it()
    {
        NewNotice notice = new("punch:1:0", NoticeKind.Guardian, "ada", "text", ["grace", "alan", "grace"]);
        (await Notices.AddAsync([notice], ("mark", "7"))).ShouldBe(1);
        (await Notices.AddAsync([notice], ("mark", "8"))).ShouldBe(0);
        (await new SqlSettingStore(_store.Database, _store.Time).GetSettingAsync("mark")).ShouldBe("8");
        long now = _store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        (await Notices.DueAsync(now - 1, 10)).ShouldBeEmpty();
        NoticeRow due = (await Notices.DueAsync(now, 10)).ShouldHaveSingleItem();
        due.Recipients.ShouldBe([new("alan", null, null), new("grace", null, null)]);
        await Notices.ChangeAsync(due.Id, new(NoticeState.Sending, 0) { Attempts = 1, Day = "2026-03-02", SentAt = now });
        (await Notices.DueAsync(now, 10)).ShouldBeEmpty();
        (await Notices.RecoverAsync()).ShouldBe(1);
        (await Notices.DueAsync(now, 10)).ShouldHaveSingleItem().Unsure.ShouldBe(1);
        (await Notices.RecipientsSinceAsync(now - 1)).ShouldBe(2);
        (await Notices.RecipientsSinceAsync(now)).ShouldBe(0);
        (await Notices.SentToAsync("grace", "2026-03-02")).ShouldBe(1);
        await Notices.ChangeAsync(due.Id, new(NoticeState.Partly, 0) { Day = "2026-03-02", TaskId = "9", Recipients = [new("alan", true, null), new("grace", false, "143105")] });
        NoticeRow row = (await Notices.NoticesAsync(5)).ShouldHaveSingleItem();
        (row.State, row.TaskId).ShouldBe((NoticeState.Partly, "9"));
        row.Recipients.ShouldBe([new("alan", true, null), new("grace", false, "143105")]);
    }

    [Fact]
    public async Task A_replay_takes_what_is_done_inside_its_time_and_never_the_platforms()
    {
        await AddAsync(3);
        await _store.Database.WriteAsync(s => s.Execute(
            """
            INSERT INTO outbox (punch_id, target, person, at, state, reason_code, attempts, updated_at)
            SELECT punch_id, 'webhook', person, at, CASE WHEN at = @dead THEN 'dead' ELSE 'delivered' END, CASE WHEN at = @dead THEN 'reason.x' ELSE NULL END, 3, 0 FROM outbox WHERE target = 'platform'
            """, ("@dead", Eight + 1000)));
        PersonsDead dead = (await Replay.DeadAsync("webhook", "reason.x", 10)).ShouldHaveSingleItem();
        (dead.Person, dead.PunchIds.Count).ShouldBe(("p1", 1));
        (await Replay.ReplayAsync("webhook", Eight + 1000, Eight + 2000)).ShouldBe(1);
        (await Replay.ReplayAsync("webhook", Eight, Eight + 9000)).ShouldBe(2, "what is pending already stays");
        (await _store.Outbox.LeaseAsync("webhook", long.MaxValue, 10)).Select(i => (i.Person, i.Attempts)).ShouldBe([("p0", 0), ("p1", 0), ("p2", 0)]);
        await Should.ThrowAsync<ArgumentException>(() => Replay.ReplayAsync("platform", 0, long.MaxValue));
    }
}

public sealed class TargetStoreSqliteTests() : TargetStoreTests(StoreKind.Sqlite);

public sealed class TargetStorePostgresTests() : TargetStoreTests(StoreKind.Postgres);
