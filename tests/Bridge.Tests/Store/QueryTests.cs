using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

public abstract class QueryTests(StoreKind kind) : IAsyncDisposable
{
    private const long Eight = 1_772_438_400_000; // 2026-03-02 08:00 UTC
    private readonly StoreFixture _store = new(kind);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Filters_combine_and_pages_are_newest_first_with_the_total()
    {
        await FillAsync();
        PunchPage all = await List(new());
        all.Total.Number.ShouldBe(5);
        all.Items.Select(one => one.Punch.At).ShouldBeInOrder(SortDirection.Descending);
        (await List(new() { Person = "u-ada" })).Total.Number.ShouldBe(3);
        (await List(new() { Person = "lovela" })).Total.Number.ShouldBe(3);
        (await List(new() { Person = "00017" })).Items.Single().Name.ShouldBe("Grace Hopper");
        (await List(new() { Department = 1 })).Total.Number.ShouldBe(4, "the root department holds its sub-departments");
        (await List(new() { Department = 2 })).Total.Number.ShouldBe(3);
        (await List(new() { Terminal = "m2-002" })).Total.Number.ShouldBe(1);
        (await List(new() { Method = PunchMethod.Card })).Total.Number.ShouldBe(1);
        (await List(new() { From = Eight, To = Eight + 1 })).Total.Number.ShouldBe(1);
        (await List(new() { Person = "u-ada", Method = PunchMethod.Face, From = Eight + 1 })).Total.Number.ShouldBe(1);
        (await List(new() { State = DeliveryState.Delivered })).Total.Number.ShouldBe(0);
        PunchPage first = await _store.Punches.ListAsync(SiteScope.All, new(), null, 2);
        (first.Newer, first.First).ShouldBe((null, 1L));
        PunchPage second = await _store.Punches.ListAsync(SiteScope.All, new(), first.Older, 2);
        (second.Total.Number, second.Total.More, second.Items.Count, second.First).ShouldBe((5L, false, 2, 3L));
        second.Items.ShouldBe(all.Items.Skip(2).Take(2));
        PunchPage last = await _store.Punches.ListAsync(SiteScope.All, new(), second.Older, 2);
        (last.Items.Count, last.Older, last.First).ShouldBe((1, null, 5L));
        PunchPage back = await _store.Punches.ListAsync(SiteScope.All, new(), last.Newer, 2);
        back.Items.ShouldBe(second.Items);
        back.First.ShouldBe(3);
        (await _store.Punches.ListAsync(SiteScope.All, new(), back.Newer, 2)).Items.ShouldBe(first.Items);
    }

    [Theory]
    [InlineData("'; DROP TABLE punches; --")]
    [InlineData("u-ada' OR '1'='1")]
    [InlineData("%")]
    [InlineData("_")]
    public async Task Kaspersky_CVE_2023_3938_what_is_typed_into_a_filter_is_never_sql_nor_a_pattern(string typed)
    {
        await FillAsync();
        (await List(new() { Person = typed })).Total.Number.ShouldBe(0);
        (await List(new() { Terminal = typed })).Total.Number.ShouldBe(0);
        (await List(new())).Total.Number.ShouldBe(5);
    }

    [Fact]
    public async Task Streaming_gives_every_match_once_over_many_pages_even_at_equal_times()
    {
        TestLedger ledger = new("m2-001");
        for (int i = 0; i < 1234; i++) ledger.Add($"u-{i}", Eight + i / 600);
        for (int from = 1; from <= 1234; from += 128) await _store.Punches.AppendAsync(ledger.Batch(from, 128));
        List<long> seqs = [];
        await foreach (StoredPunch punch in _store.Punches.StreamAsync(SiteScope.All, new() { Terminal = "m2-001" })) seqs.Add(punch.Punch.Seq);
        seqs.Order().ShouldBe(Enumerable.Range(1, 1234).Select(i => (long)i));
    }

    [Fact]
    public async Task Completeness_tells_the_last_contiguous_time_the_backlog_and_the_current_ledger()
    {
        await _store.AddTerminalAsync("m2-001");
        await _store.AddTerminalAsync("m2-009");
        TestLedger old = new TestLedger("m2-001").AddMany(2), now = new TestLedger("m2-001").AddMany(3);
        await _store.Punches.AppendAsync(old.All());
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        await _store.Punches.AppendAsync(now.All());
        await _store.Punches.GreetAsync(now.Hello());
        await _store.Terminals.SaveStatusAsync("m2-001", new StatusMessage { Online = true, Queue = 17, Temperature = 41.5 }, true);
        // A will was written at connect: its backlog is not news.
        await _store.Terminals.SaveStatusAsync("m2-001", new StatusMessage { Online = false, Queue = 0 }, false);

        IReadOnlyList<CompletenessRow> rows = await _store.Terminals.CompletenessAsync(SiteScope.All);
        rows.Select(one => (one.Terminal.Name, one.Ledger, one.Through, one.CompleteUpTo, one.Current)).ShouldBe([
            ("m2-001", now.Id, 3L, now.Punches[^1].At, true), ("m2-001", old.Id, 2L, old.Punches[^1].At, false), ("m2-009", null, 0L, null, false)]);
        (rows[0].Terminal.Queue, rows[0].Terminal.Online, rows[0].Terminal.LastSeq).ShouldBe((17L, false, 3L));
    }

    [Fact]
    public async Task The_journey_of_one_punch_is_found_by_its_key()
    {
        await FillAsync();
        StoredPunch one = (await List(new() { Method = PunchMethod.Card })).Items.Single();
        (await _store.Punches.FindAsync(SiteScope.All, one.Key)).ShouldBe(one);
        (await _store.Punches.FindAsync(SiteScope.All, one.Key with { Seq = 99 })).ShouldBeNull();
    }

    [Fact]
    public async Task The_outbox_leases_one_a_person_in_order_and_a_crash_in_sending_becomes_ambiguous()
    {
        await FillAsync();
        IReadOnlyList<OutboxItem> first = await _store.Outbox.LeaseAsync(0, 10);
        first.Select(one => (one.Person, one.Key.Seq)).ShouldBe([("u-ada", 1L), ("u-grace", 2L), ("u-nobody", 4L)]);
        (await _store.Outbox.LeaseAsync(0, 10)).ShouldBeEmpty();
        await _store.Outbox.MarkAsync(first[0].PunchId, new(DeliveryState.Delivered) { Attempts = 1, DeliveredAt = 5 });
        await _store.Outbox.MarkAsync(first[1].PunchId, new(DeliveryState.Dead) { Attempts = 1, ReasonCode = "x", Reason = "why" });
        (await _store.Outbox.LeaseAsync(0, 10)).Select(one => (one.Person, one.Key.Seq)).ShouldBe([("u-ada", 3L)]);
        (await _store.Outbox.RecoverAsync()).ShouldBe(2);
        (await _store.Outbox.LeaseAsync(0, 10)).Select(one => one.Was).Distinct().ShouldBe([DeliveryState.Ambiguous]);
        (await _store.Outbox.ResendAsync(SiteScope.All, [first[0].PunchId, first[1].PunchId])).ShouldBe(1, "a delivered punch is not sent again");
    }

    [Fact]
    public async Task A_roster_pull_adds_changes_and_marks_leavers_without_losing_names()
    {
        await FillAsync();
        RosterChange change = await _store.People.ReconcileAsync([new(1, null, "Head office")], [new("u-ada", "Ada King", null, true, [1])]);
        change.ShouldBe(new RosterChange(0, 1, 1, 1));
        (await _store.People.PeopleAsync(SiteScope.All, false)).Select(one => one.Name).ShouldBe(["Ada King"]);
        (await _store.People.FindPersonAsync(SiteScope.All, "u-grace")).ShouldNotBeNull().Active.ShouldBeFalse();
        (await List(new() { Person = "u-grace" })).Items.Single().Name.ShouldBe("Grace Hopper");
        (await _store.People.ReconcileAsync([new(1, null, "Head office")], [new("u-ada", "Ada King", null, true, [1])]))
            .ShouldBe(new RosterChange(0, 0, 0, 0));
    }

    private async Task FillAsync()
    {
        TestLedger ledger = new("m2-001"), other = new("m2-002");
        ledger.Add("u-ada", Eight);
        ledger.Add("u-grace", Eight + 60_000);
        ledger.Add("u-ada", Eight + 3_600_000, PunchMethod.Card);
        ledger.Add("u-nobody", Eight + 2 * 3_600_000);
        other.Add("u-ada", Eight + 9 * 3_600_000);
        await _store.Punches.AppendAsync(ledger.All());
        await _store.Punches.AppendAsync(other.All());
        await _store.People.ReconcileAsync(
            [new(1, null, "Head office"), new(2, 1, "Engineering")],
            [new("u-ada", "Ada Lovelace", null, true, [2]), new("u-grace", "Grace Hopper", "00017", true, [1])]);
    }

    private Task<PunchPage> List(PunchFilter filter) => _store.Punches.ListAsync(SiteScope.All, filter, null, 50);
}

public sealed class QuerySqliteTests() : QueryTests(StoreKind.Sqlite);

public sealed class QueryPostgresTests() : QueryTests(StoreKind.Postgres);
