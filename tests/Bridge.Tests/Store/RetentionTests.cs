using Devices.Bridge.Store;
using Devices.Bridge.Store.Retention;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

public abstract class RetentionTests(StoreKind kind) : IAsyncDisposable
{
    private const long Day = 86_400_000;
    private readonly StoreFixture _store = new(kind);
    private readonly TestLedger _ledger = new("m2-001");

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Old_settled_punches_go_and_leave_their_chain_so_that_what_comes_again_is_still_compared()
    {
        await FillAsync();
        RetentionReport report = await Job(years: 2).RunAsync();

        report.Ledgers.ShouldBe([new("m2-001", _ledger.Id, 1, 10, null)]);
        if (kind == StoreKind.Postgres) report.Partitions.Count.ShouldBeGreaterThan(0);
        foreach (string partition in report.Partitions) (await _store.CountAsync($"pg_catalog.pg_class WHERE relname = '{partition}'")).ShouldBe(0);
        IReadOnlyList<StoredPunch> left = await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100);
        left.Select(one => one.Punch).ShouldBe(_ledger.Punches.Skip(10));
        (await _store.CountAsync("outbox")).ShouldBe(5);
        (await _store.CountAsync("removed_punches")).ShouldBe(10);
        if (kind == StoreKind.Postgres) (await _store.CountAsync("punch_keys")).ShouldBe(5);

        IngestResult again = await _store.Punches.AppendAsync(_ledger.All());
        (again.Problem, again.Added, again.Repeated).ShouldBe((null, 0, 15));
        List<Punch> altered = [.. _ledger.Punches.Take(3)];
        altered[1] = altered[1] with { Person = "u-mallory" };
        (await _store.Punches.AppendAsync(_ledger.All() with { Punches = altered })).Problem!.Code.ShouldBe(ProblemCodes.Chain);
        (await _store.Punches.AppendAsync(_ledger.AddMany(1).Batch(16, 1))).Added.ShouldBe(1);
        (await _store.Punches.GreetAsync(_ledger.Hello())).Problem.ShouldBeNull();
        (await new SqlAuditStore(_store.Database, _store.Time).AuditLogAsync(10)).Single().Detail.ShouldNotBeNull().ShouldContain("removed 10 punches of 1 ledgers");
        // A second run finds nothing.
        (await Job(years: 2).RunAsync()).Punches.ShouldBe(0);
    }

    [Theory]
    [InlineData(DeliveryState.Pending)]
    [InlineData(DeliveryState.Waiting)]
    [InlineData(DeliveryState.Ambiguous)]
    [InlineData(DeliveryState.Dead)]
    [InlineData(DeliveryState.Held)]
    [InlineData(DeliveryState.Deferred)]
    public async Task What_is_not_settled_stays_with_all_after_it_however_old(DeliveryState state)
    {
        await FillAsync();
        StoredPunch fourth = (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100))[3];
        await _store.Outbox.MarkAsync(fourth.Id, new(state) { NextAttemptAt = long.MaxValue });
        RetentionReport report = await Job(years: 2).RunAsync();
        report.Ledgers.ShouldBe([new("m2-001", _ledger.Id, 1, 3, 4)]);
        report.ToString().ShouldContain("m2-001 stops at punch 4, which is not settled");
        (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100)).Select(one => one.Punch).ShouldBe(_ledger.Punches.Skip(3));
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_remove_and_removes_nothing()
    {
        await FillAsync();
        await _store.Terminals.SaveEventAsync("m2-001", new EventMessage { Id = "e", Kind = "door", At = 1, Text = "open" });
        _store.Time.Advance(TimeSpan.FromDays(100));
        RetentionReport report = await new RetentionJob(_store.Database, new() { PunchYears = 2, EventDays = 30, DryRun = true }, _store.Time).RunAsync();
        (report.Punches, report.Events).ShouldBe((10, 1));
        (await _store.CountAsync("punches")).ShouldBe(15);
        (await _store.CountAsync("events")).ShouldBe(1);
        (await new SqlAuditStore(_store.Database, _store.Time).AuditLogAsync(10)).Single().Action.ShouldBe("retention, dry run");
    }

    [Fact]
    public async Task By_default_everything_is_kept_and_a_forked_ledger_always()
    {
        await FillAsync();
        (await Job(years: 0).RunAsync()).Punches.ShouldBe(0);
        TestLedger clone = _ledger.Clone(14);
        clone.Add("u-other");
        (await _store.Punches.AppendAsync(clone.Batch(15, 1))).Problem!.Code.ShouldBe(ProblemCodes.Fork);
        (await Job(years: 2).RunAsync()).Punches.ShouldBe(0);
        (await _store.CountAsync("punches")).ShouldBe(15);
    }

    [Fact]
    public async Task A_punch_that_a_wrong_clock_made_old_is_new_by_its_receipt()
    {
        _ledger.Add("ada", 5);
        await _store.Punches.AppendAsync(_ledger.All());
        StoredPunch punch = (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100)).Single();
        await _store.Outbox.MarkAsync(punch.Id, new(DeliveryState.Delivered));
        (await Job(years: 2).RunAsync()).Punches.ShouldBe(0);
    }

    /// <summary>Ten delivered punches three years old, over two months, and five of now.</summary>
    private async Task FillAsync()
    {
        DateTimeOffset now = _store.Time.GetUtcNow();
        long old = now.AddYears(-3).ToUnixTimeMilliseconds();
        for (int i = 0; i < 10; i++) _ledger.Add($"u-{i % 3}", old + i * 4 * Day);
        await _store.Punches.AppendAsync(_ledger.All());
        // Received then, too: the triggers let nobody write that afterwards.
        await BackdateAsync(old);
        for (int i = 0; i < 5; i++) _ledger.Add($"u-{i % 3}", now.ToUnixTimeMilliseconds() + i);
        await _store.Punches.AppendAsync(_ledger.Batch(11, 5));
        foreach (StoredPunch punch in await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100)) await _store.Outbox.MarkAsync(punch.Id, new(DeliveryState.Delivered));
    }

    private async Task BackdateAsync(long receivedAt)
    {
        if (kind == StoreKind.Postgres)
        {
            await _store.Cluster.ExecuteAsync(_store.DatabaseName,
                $"SET session_replication_role = replica; UPDATE punches SET received_at = {receivedAt.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
            return;
        }
        await _store.Database.WriteAsync(session =>
        {
            string trigger = session.Text("SELECT sql FROM sqlite_master WHERE name = 'punches_no_update'")!;
            session.Script("DROP TRIGGER punches_no_update");
            session.Execute("UPDATE punches SET received_at = @at", ("@at", receivedAt));
            session.Script(trigger);
        });
    }

    private RetentionJob Job(int years) => new(_store.Database, new() { PunchYears = years }, _store.Time);
}

public sealed class RetentionSqliteTests() : RetentionTests(StoreKind.Sqlite);

public sealed class RetentionPostgresTests() : RetentionTests(StoreKind.Postgres);
