using System.Data.Common;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Npgsql;

namespace Devices.Bridge.Tests.Store;

/// <summary>What is PostgreSQL's own: what is refused at start, months as partitions, one key over all of them, lost connections.</summary>
public sealed class PostgresTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData("ALTER DATABASE {0} SET synchronous_commit = off", "runs with synchronous_commit = off: a power cut would lose punches")]
    [InlineData("INSERT INTO schema_migrations (number) VALUES (999)", "was written by a newer bridge (schema 999")]
    public async Task A_database_that_is_not_fit_is_refused_with_a_sentence(string sql, string says)
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        await store.Database.DisposeAsync();
        await store.Cluster.ExecuteAsync(store.DatabaseName, string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, store.DatabaseName));
        Should.Throw<BridgeStartException>(store.Reopen).Message.ShouldContain(says);
    }

    [Fact]
    public async Task A_database_of_another_encoding_is_refused()
    {
        PostgresCluster cluster = await PostgresCluster.Shared;
        await cluster.ExecuteAsync("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        Refused(cluster.ConnectionFile("latin")).ShouldContain("names need UTF8");
    }

    [Fact]
    public async Task A_connection_file_that_is_missing_open_to_others_or_wrong_is_refused_without_telling_the_password()
    {
        PostgresCluster cluster = await PostgresCluster.Shared;
        using TempDirectory directory = new();
        string file = directory.File("connection");
        Refused("").ShouldContain("Bridge:Postgres:ConnectionFile");
        Refused(file).ShouldContain("cannot be read");
        await File.WriteAllTextAsync(file, "Host=/nowhere;Database=x;Password=s3cret;Oops=1");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Refused(file).ShouldContain($"chmod 600 {file}");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Refused(file).ShouldContain("is no connection string");
        Refused(file).ShouldNotContain("s3cret");
        await File.WriteAllTextAsync(file, $"Host={directory.Path};Database=x;Username=u;Password=s3cret");
        Refused(file).ShouldContain("cannot be reached");
        Refused(file).ShouldNotContain("s3cret");
        await File.WriteAllTextAsync(file, cluster.ConnectionString("nobody_made_it"));
        Refused(file).ShouldContain("does not exist: create it");
    }

    [Fact]
    public async Task A_second_bridge_on_the_same_database_is_refused_and_a_subcommand_is_not()
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        string file = store.Cluster.ConnectionFile(store.DatabaseName);
        Refused(file).ShouldContain("is served by another bridge already");
        await using (PostgresDatabase beside = PostgresDatabase.Open(file, exclusive: false))
            await new SqlSettingStore(beside, TimeProvider.System).SetSettingAsync("x", "1");
        (await store.CountAsync("settings")).ShouldBe(1);
        await store.Database.DisposeAsync();
        store.Reopen();
    }

    [Fact]
    public async Task Months_are_partitions_made_when_needed_and_an_absurd_time_is_stored_too()
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        TestLedger ledger = new("m2-001");
        long[] times = [Ms(Now), Ms(Now.AddMonths(-7)), Ms(Now.AddMonths(-30)), 0, 253_402_300_799_999, Ms(Now.AddMonths(9))];
        foreach (long at in times) ledger.Add("ada", at);
        store.Time.SetUtcNow(Now);
        (await store.Punches.AppendAsync(ledger.All())).Problem.ShouldBeNull();

        (await store.Punches.ListAfterAsync(SiteScope.All, 0, 10)).Select(one => one.Punch).ShouldBe(ledger.Punches);
        List<string> parts = await PartitionsAsync(store);
        foreach (int months in (int[])[0, 1, 2, -7, -30]) parts.ShouldContain(Now.AddMonths(months).ToString("'punches_'yyyy'_'MM", System.Globalization.CultureInfo.InvariantCulture));
        (await store.CountAsync("punches_default")).ShouldBe(3);
        foreach (int i in (int[])[0, 1, 2])
            (await store.CountAsync(DateTimeOffset.FromUnixTimeMilliseconds(times[i]).ToString("'punches_'yyyy'_'MM", System.Globalization.CultureInfo.InvariantCulture))).ShouldBe(1);
        (await store.Punches.FindAsync(SiteScope.All, new("m2-001", ledger.Id, 5)))!.Punch.At.ShouldBe(253_402_300_799_999);
    }

    [Fact]
    public async Task A_punch_of_a_far_month_moves_into_its_partition_when_that_is_made_and_stays_one()
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        TestLedger ledger = new("m2-001");
        DateTimeOffset later = Now.AddMonths(9);
        ledger.Add("ada", Ms(later));
        store.Time.SetUtcNow(Now);
        await store.Punches.AppendAsync(ledger.All());
        (await store.CountAsync("punches_default")).ShouldBe(1);

        store.Time.SetUtcNow(later);
        ledger.Add("ada", Ms(later) + 1000);
        (await store.Punches.AppendAsync(ledger.All())).Repeated.ShouldBe(1);

        (await store.CountAsync("punches_default")).ShouldBe(0);
        (await store.Punches.ListAfterAsync(SiteScope.All, 0, 10)).Select(one => one.Punch).ShouldBe(ledger.Punches);
        await Should.ThrowAsync<DbException>(() => store.Database.WriteAsync(session => session.Execute("DELETE FROM punches")));
        await Should.ThrowAsync<DbException>(() => store.Database.WriteAsync(session => session.Execute("TRUNCATE punches CASCADE")));
        (await store.CountAsync("punch_keys")).ShouldBe(2);
    }

    [Fact]
    public async Task One_key_is_one_punch_over_all_months_whoever_writes_at_the_same_time()
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        await store.Database.WriteAsync(session => session.Dialect.MakeRoom(session, [Ms(Now), Ms(Now.AddMonths(-3))], Ms(Now)));
        const int Writers = 8, Punches = 50;
        string connectionString = store.Cluster.ConnectionString(store.DatabaseName);
        // Each writer inserts the same fifty keys, with times of its own in two months, without any lock.
        int[] taken = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            await using NpgsqlConnection connection = new(connectionString);
            await connection.OpenAsync();
            int mine = 0;
            for (int seq = 1; seq <= Punches; seq++)
            {
                await using NpgsqlCommand insert = new(
                    """
                    INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, chain, received_at)
                    VALUES ('m2-001', '0198b0a4-0000-7000-8000-000000000001', $1, 'ada', $2, 'synced', 0, 'card', 'none', '\x00', 0)
                    """, connection);
                insert.Parameters.Add(new() { Value = (long)seq });
                insert.Parameters.Add(new() { Value = Ms(writer % 2 == 0 ? Now : Now.AddMonths(-3)) + writer });
                try
                {
                    mine += await insert.ExecuteNonQueryAsync();
                }
                catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    fault.TableName.ShouldBe("punch_keys");
                }
            }
            return mine;
        }));
        taken.Sum().ShouldBe(Punches);
        (await store.CountAsync("punches")).ShouldBe(Punches);
        (await store.CountAsync("(SELECT DISTINCT seq FROM punches) s")).ShouldBe(Punches);
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_stores_nothing_of_its_group_and_the_next_write_has_a_new_one()
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        await store.Punches.AppendAsync(ledger.Batch(1, 1));
        StoreUnavailableException lost = await Should.ThrowAsync<StoreUnavailableException>(() => store.Database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO terminals (name, created_at) VALUES ('half', 0)");
            session.Execute("SELECT pg_terminate_backend(pg_backend_pid())");
        }));
        lost.Message.ShouldContain("nothing was stored");

        (await store.Punches.AppendAsync(ledger.All())).Added.ShouldBe(2);
        (await store.CountAsync("terminals")).ShouldBe(0);
    }

    [Fact]
    public async Task Connections_that_died_while_idle_are_made_anew_without_anybody_noticing()
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        await store.Punches.AppendAsync(ledger.Batch(1, 1));
        (await store.CountAsync("punches")).ShouldBe(1);
        await store.Cluster.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{store.DatabaseName}'");
        (await store.CountAsync("punches")).ShouldBe(1);
        (await store.Punches.AppendAsync(ledger.All())).Added.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_answer_was_lost_is_confirmed_where_it_arrived_and_failed_where_it_did_not(bool arrives)
    {
        await using StoreFixture store = new(StoreKind.Postgres);
        await store.Database.DisposeAsync();
        using PostgresProxy proxy = new(Path.Combine(store.Cluster.Directory, ".s.PGSQL.5432"));
        using TempDirectory directory = new();
        string file = directory.File("connection");
        await File.WriteAllTextAsync(file, store.Cluster.ConnectionString(store.DatabaseName).Replace(store.Cluster.Directory, proxy.Directory, StringComparison.Ordinal) + ";Max Auto Prepare=0");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using PostgresDatabase database = PostgresDatabase.Open(file, exclusive: true);
        SqlPunchStore punches = new(database, store.Time);
        TestLedger ledger = new TestLedger("m2-001").AddMany(5);
        await punches.AppendAsync(ledger.Batch(1, 2));

        Task<bool> doubtful = database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO terminals (name, created_at) VALUES ('m2-001', 0)");
            proxy.CutAtCommit(arrives);
            return true;
        });
        if (arrives) (await doubtful).ShouldBeTrue();
        else (await Should.ThrowAsync<StoreUnavailableException>(() => doubtful)).Message.ShouldContain("nothing was stored");
        proxy.Cuts.ShouldBe(1);

        (await database.ReadAsync(session => session.Number("SELECT COUNT(*) FROM terminals"))).ShouldBe(arrives ? 1 : 0);
        // And a batch of punches in the same case, sent again as a terminal does.
        proxy.CutAtCommit(arrives);
        IngestResult? first = null;
        try
        {
            first = await punches.AppendAsync(ledger.All());
        }
        catch (StoreUnavailableException)
        {
            arrives.ShouldBeFalse();
        }
        IngestResult again = await punches.AppendAsync(ledger.All());
        (first?.Added ?? 0, again.Added, again.Problem).ShouldBe(arrives ? (3, 0, null) : (0, 3, null));
        proxy.Cuts.ShouldBe(2);
        (await punches.ListAfterAsync(SiteScope.All, 0, 100)).Select(one => one.Punch).ShouldBe(ledger.Punches);
    }

    [Fact]
    public async Task Subcommands_find_the_database_by_the_data_directory_and_a_start_with_the_other_setting_is_refused()
    {
        PostgresCluster cluster = await PostgresCluster.Shared;
        string name = await cluster.CreateDatabaseAsync();
        await using TestBridge bridge = await TestBridge.StartAsync(null, "--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={cluster.ConnectionFile(name)}");
        using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(["claim", "--data", bridge.Data, "--terminal", "m2-009", "--json"], output, errors)).ShouldBe(0, errors.ToString());
        (await bridge.Get<SqlDatabase>().ReadAsync(session => session.Number("SELECT COUNT(*) FROM claims WHERE terminal = 'm2-009'"))).ShouldBe(1);
        File.Exists(Path.Combine(bridge.Data, "bridge.db")).ShouldBeFalse();

        Should.Throw<BridgeStartException>(() => StoreSetup.Open(new() { Data = bridge.Data }, exclusive: true)).Message.ShouldContain("was served with PostgreSQL");
        await File.WriteAllTextAsync(Path.Combine(bridge.Data, "bridge.db"), "");
        Should.Throw<BridgeStartException>(() => StoreSetup.Open(StoreChoice.Recall(new() { Data = bridge.Data }), exclusive: true)).Message.ShouldContain("holds this bridge's punches");
    }

    private static string Refused(string file) => Should.Throw<BridgeStartException>(() => PostgresDatabase.Open(file, exclusive: true)).Message;

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static Task<List<string>> PartitionsAsync(StoreFixture store) => store.Database.ReadAsync(session =>
        session.Query("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'punches'::regclass", row => row.GetString(0)));
}
