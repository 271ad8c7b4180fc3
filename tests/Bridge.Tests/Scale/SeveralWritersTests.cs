using System.Collections.Concurrent;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Npgsql;

namespace Devices.Bridge.Tests.Scale;

/// <summary>Two bridges that write into one PostgreSQL database at once.</summary>
public sealed class SeveralWritersTests : IAsyncDisposable
{
    private readonly StoreFixture _store = new(StoreKind.Postgres);
    private readonly PostgresDatabase _one;
    private readonly PostgresDatabase _other;

    public SeveralWritersTests()
    {
        _store.Database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _one = Node("one");
        _other = Node("other");
    }

    [Fact]
    public async Task A_node_is_refused_beside_a_bridge_alone_beside_one_of_its_name_and_a_second_that_serves_people_waits_for_the_first()
    {
        Should.Throw<BridgeStartException>(_store.Reopen).Message.ShouldContain("is served by another bridge already");
        Should.Throw<BridgeStartException>(() => Node("one")).Message.ShouldContain("A bridge called 'one' serves");
        PostgresDatabase web = Node("web-1", keeper: true);
        Should.Throw<BridgeStartException>(() => Node("web-2", keeper: true)).Message.ShouldContain("has a node of the role 'web' already");
        await web.DisposeAsync();
        await Until.TrueAsync(() => Task.FromResult(Freed(() => Node("web-2", keeper: true).DisposeAsync().AsTask())), "the first is gone");
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await Until.TrueAsync(() => Task.FromResult(Freed(() => { _store.Reopen(); return Task.CompletedTask; })), "no node is left");
        Should.Throw<BridgeStartException>(() => Node("one")).Message.ShouldContain("a bridge of the role 'all'");
    }

    [Fact]
    public async Task A_batch_that_both_are_given_at_once_is_stored_once_and_each_ledger_keeps_its_order()
    {
        SqlPunchStore[] writers = [Punches(_one), Punches(_other)];
        TestLedger[] ledgers = [.. Enumerable.Range(1, 6).Select(i => new TestLedger($"m2-{i:000}").AddMany(200))];
        int added = 0, repeated = 0;
        await Task.WhenAll(ledgers.Select(ledger => Task.Run(async () =>
        {
            for (int from = 1; from <= 200; from += 20)
            {
                IngestResult[] both = await Task.WhenAll(writers.Select(one => one.AppendAsync(ledger.Batch(from, 20))));
                both.ShouldAllBe(one => one.Problem == null);
                Interlocked.Add(ref added, both.Sum(one => one.Added));
                Interlocked.Add(ref repeated, both.Sum(one => one.Repeated));
            }
        })));

        (added, repeated).ShouldBe((1200, 1200));
        IReadOnlyList<StoredPunch> stored = await writers[0].ListAfterAsync(SiteScope.All, 0, 5000);
        foreach (TestLedger ledger in ledgers) stored.Where(one => one.Punch.Terminal == ledger.Terminal).Select(one => one.Punch).ShouldBe(ledger.Punches);
        (await CountAsync("outbox")).ShouldBe(1200);
        (await new SqlDayStore(_one, TimeProvider.System).HoursAsync(0, long.MaxValue / 2)).Values.Sum(one => one.Added).ShouldBe(1200, "counted in two shards");
        (await new SqlOutboxStore(_one, TimeProvider.System).CountAsync(SiteScope.All, OutboxTarget.Platform)).Values.Sum().ShouldBe(1200);
    }

    [Fact]
    public async Task Whoever_reads_in_the_order_of_arrival_misses_no_punch_whose_writer_committed_late()
    {
        using CancellationTokenSource done = new();
        Task writing = Task.WhenAll(((SqlPunchStore[])[Punches(_one), Punches(_other)]).Select((writer, i) => Task.Run(async () =>
        {
            TestLedger ledger = new TestLedger($"m2-{i}").AddMany(400);
            for (int from = 1; from <= 400; from += 4) await writer.AppendAsync(ledger.Batch(from, 4));
        })));
        SqlPunchStore reader = Punches(_other);
        HashSet<long> seen = [];
        long after = 0;
        bool last = false;
        while (true)
        {
            IReadOnlyList<StoredPunch> page = await reader.ListAfterAsync(SiteScope.All, after, 50);
            foreach (StoredPunch one in page) seen.Add(one.Id).ShouldBeTrue("each once");
            if (page.Count > 0) after = page[^1].Id;
            else if (last) break;
            last = writing.IsCompleted;
        }
        await writing;
        seen.Count.ShouldBe(800);
    }

    [Fact]
    public async Task A_reader_waits_for_a_number_that_is_given_and_not_committed_and_shows_nothing_beyond_it()
    {
        await using NpgsqlConnection slow = new(_store.Cluster.ConnectionString(_store.DatabaseName));
        await slow.OpenAsync();
        // As a writer's transaction begins, and gives a number.
        await RunAsync(slow, PostgresDialect.Several.Begin);
        await RunAsync(slow, "SELECT nextval('punches_id')");
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        (await Punches(_one).AppendAsync(ledger.All())).Added.ShouldBe(3);

        Task<IReadOnlyList<StoredPunch>> reading = Task.Run(() => Punches(_other).ListAfterAsync(SiteScope.All, 0, 10));
        (await reading).ShouldBeEmpty("the other's lower number may still come");
        await RunAsync(slow, "COMMIT");
        (await Punches(_other).ListAfterAsync(SiteScope.All, 0, 10)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Two_that_lease_at_once_never_take_the_same_punch_nor_two_of_one_person()
    {
        TestLedger ledger = new("m2-001");
        for (int i = 0; i < 120; i++) ledger.Add($"u-{i % 12}", 1_764_000_000_000 + i * 1000);
        (await Punches(_one).AppendAsync(ledger.Batch(1, 100))).Added.ShouldBe(100);
        (await Punches(_one).AppendAsync(ledger.Batch(101, 20))).Added.ShouldBe(20);
        ConcurrentDictionary<long, int> taken = new();
        ConcurrentDictionary<string, int> sending = new(StringComparer.Ordinal);
        await Task.WhenAll(((PostgresDatabase[])[_one, _other]).Select(database => Task.Run(async () =>
        {
            SqlOutboxStore outbox = new(database, TimeProvider.System);
            while (taken.Count < 120)
                foreach (OutboxItem item in await outbox.LeaseAsync(OutboxTarget.Platform, 0, 5))
                {
                    taken.AddOrUpdate(item.PunchId, 1, (_, n) => n + 1);
                    sending.AddOrUpdate(item.Person, 1, (_, n) => n + 1).ShouldBe(1, "one of a person at a time");
                    sending[item.Person] = 0;
                    await outbox.MarkAsync(OutboxTarget.Platform, item.PunchId, new(DeliveryState.Delivered));
                }
        })));
        taken.Count.ShouldBe(120);
        taken.Values.ShouldAllBe(n => n == 1);
    }

    [Fact]
    public async Task A_punch_cannot_be_doubled_in_another_months_partition_also_not_by_two_transactions_at_once()
    {
        TestLedger ledger = new TestLedger("m2-001").AddMany(1);
        (await Punches(_one).AppendAsync(ledger.All())).Added.ShouldBe(1);
        DateTimeOffset far = DateTimeOffset.FromUnixTimeMilliseconds(ledger.Punches[0].At).AddMonths(-3);
        Refused(await Should.ThrowAsync<PostgresException>(() => InsertAsync(ledger, 1, far)));

        // Neither has committed when the other comes: the key's row makes the second wait, and then refuses it.
        await using NpgsqlConnection first = new(_store.Cluster.ConnectionString(_store.DatabaseName));
        await first.OpenAsync();
        await RunAsync(first, "BEGIN");
        await RunAsync(first, Insert(ledger, 2, far));
        Task second = Task.Run(() => InsertAsync(ledger, 2, far.AddMonths(2)));
        await Until.TrueAsync(async () => await CountAsync("pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") > 0, "the second waits");
        await RunAsync(first, "COMMIT");
        Refused(await Should.ThrowAsync<PostgresException>(() => second));
        (await CountAsync("punches")).ShouldBe(2);

        static void Refused(PostgresException fault) => (fault.SqlState, fault.TableName).ShouldBe((PostgresErrorCodes.UniqueViolation, "punch_keys"));
    }

    [Fact]
    public async Task Two_groups_that_wait_for_each_others_rows_are_both_stored()
    {
        await _one.WriteAsync(session => session.Execute("INSERT INTO settings (key, value, updated_at) VALUES ('a', '0', 0), ('b', '0', 0)"));
        using Barrier both = new(2);
        await Task.WhenAll(Add(_one, "a", "b"), Add(_other, "b", "a"));
        (await _one.ReadAsync(session => session.Number("SELECT SUM(CAST(value AS BIGINT)) FROM settings WHERE key IN ('a', 'b')"))).ShouldBe(4);

        Task Add(PostgresDatabase database, string first, string then)
        {
            bool again = false;
            return database.WriteAsync(session =>
            {
                Raise(session, first);
                // Each holds its first row before it asks for the other's; run again it has the way free.
                if (!again) both.SignalAndWait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
                again = true;
                Raise(session, then);
            });
        }

        static void Raise(SqlSession session, string key) => session.Execute("UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = @key", ("@key", key));
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static SqlPunchStore Punches(PostgresDatabase database) => new(database, TimeProvider.System);

    private static bool Freed(Func<Task> open)
    {
        try
        {
            open().GetAwaiter().GetResult();
            return true;
        }
        catch (BridgeStartException)
        {
            return false;
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // constants of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static string Insert(TestLedger ledger, int seq, DateTimeOffset at) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, chain, received_at) VALUES ('{ledger.Terminal}', '{ledger.Id:D}', {seq}, 'eve', {at.ToUnixTimeMilliseconds()}, 'synced', 0, 'card', 'none', '\\x00', 0)");

    private Task InsertAsync(TestLedger ledger, int seq, DateTimeOffset at) => _store.Cluster.ExecuteAsync(_store.DatabaseName, Insert(ledger, seq, at));

    private Task<long> CountAsync(string table) => _one.ReadAsync(session => session.Number($"SELECT COUNT(*) FROM {table}"));

    private PostgresDatabase Node(string name, bool keeper = false) => PostgresDatabase.Open(_store.Cluster.ConnectionFile(_store.DatabaseName), new StoreSeat(true, name, keeper));
}
