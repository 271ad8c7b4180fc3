using Devices.Bridge.Store;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Devices.Bridge.Tests.Store;

/// <summary>A store of every earlier schema, with rows in it, opens with all of them.</summary>
public sealed class UpgradeTests
{
    public static TheoryData<StoreKind, int> Earlier() =>
        [.. Enum.GetValues<StoreKind>().SelectMany(kind => Migrations.All("sqlite").Select(one => one.Number).Where(number => number < Migrations.Newest).Select(number => (kind, number)))];

    [Theory]
    [MemberData(nameof(Earlier))]
    public async Task A_store_of_an_earlier_schema_is_upgraded_with_all_its_rows(StoreKind kind, int schema)
    {
        using TempDirectory directory = new();
        TestLedger ledger = new TestLedger("m2-001").AddMany(5);
        SqlDatabase database;
        if (kind == StoreKind.Sqlite)
        {
            string file = directory.File("bridge.db");
            using (SqliteConnection connection = new($"Data Source={file};Pooling=False"))
            {
                connection.Open();
                using SqlSession session = new(connection, SqliteDialect.Instance);
                Migrations.Apply(session, file, schema);
                Fill(session, ledger);
            }
            database = SqliteDatabase.Open(file);
        }
        else
        {
            PostgresCluster cluster = await PostgresCluster.Shared;
            string name = await cluster.CreateDatabaseAsync();
            using (NpgsqlConnection connection = new(cluster.ConnectionString(name)))
            {
                connection.Open();
                using SqlSession session = new(connection, PostgresDialect.Instance);
                Migrations.Apply(session, name, schema);
                Fill(session, ledger);
            }
            database = PostgresDatabase.Open(cluster.ConnectionFile(name), exclusive: true);
        }

        await using (database)
        {
            (await database.ReadAsync(database.Dialect.Schema)).ShouldBe(Migrations.Newest);
            SqlPunchStore punches = new(database, TimeProvider.System);
            SqlOutboxStore outbox = new(database, TimeProvider.System);
            IReadOnlyList<StoredPunch> stored = await punches.ListAfterAsync(SiteScope.All, 0, 100);
            stored.Select(one => one.Punch).ShouldBe(ledger.Punches);
            stored.Select(one => one.Delivery).ShouldBe([DeliveryState.Delivered, DeliveryState.Dead, DeliveryState.Pending, DeliveryState.Pending, DeliveryState.Pending]);
            stored[0].Name.ShouldBe("Ada");
            (await outbox.LeaseAsync(long.MaxValue, 10)).Select(one => one.Key.Seq).ShouldBe([3, 4, 5]);
            // The ledger goes on where it stood, and what comes again is known.
            ledger.AddMany(2);
            IngestResult more = await punches.AppendAsync(ledger.Batch(4, 4));
            (more.Problem, more.Repeated, more.Added, more.Mark.Through).ShouldBe((null, 2, 2, 7L));
            (await punches.ListAfterAsync(SiteScope.All, 0, 100)).Count.ShouldBe(7);
            (await new SqlTerminalStore(database, TimeProvider.System).ListTerminalsAsync(SiteScope.All)).Single().Name.ShouldBe("m2-001");
            (await new SqlAccountStore(database, TimeProvider.System).FindAccountAsync("hr")).ShouldNotBeNull().MustChange.ShouldBeTrue();
            (await new SqlAuditStore(database, TimeProvider.System).AuditLogAsync(10)).Single().Action.ShouldBe("made");
            (await new SqlExceptionStore(database, TimeProvider.System).ExceptionsAsync(SiteScope.All, false, 10)).Single().Code.ShouldBe("gap");
            (await new SqlSettingStore(database, TimeProvider.System).GetSettingAsync("roster")).ShouldBe("x");
        }
    }

    /// <summary>SQLite makes a table for each set of a check, for each row: no set is left in what every punch goes through, and the checks are what they were.</summary>
    [Fact]
    public async Task The_checks_of_punches_and_outbox_have_no_sets_and_hold()
    {
        await using StoreFixture store = new();
        foreach (string table in (string[])["punches", "outbox"])
            (await store.Database.ReadAsync(session => session.Text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = @table", ("@table", table)))).ShouldNotBeNull().ShouldNotMatch(@"\bIN\s*\(");
        (await store.Database.ReadAsync(session => session.Text("PRAGMA integrity_check"))).ShouldBe("ok");

        const string Punch = "INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, chain, received_at) VALUES ('m2-001', 'l', @seq, 'p', 1, @clock, 1, @method, @direction, x'00', 1)";
        const string Outbox = "INSERT INTO outbox (punch_id, target, person, at, state, updated_at) VALUES (@seq, 'platform', 'p', 1, @state, 1)";
        Task TakeAsync(string sql, params (string, object?)[] values) => store.Database.WriteAsync(session => session.Execute(sql, values));
        long seq = 0;
        foreach (string clock in (string[])["synced", "held", "corrected"]) await TakeAsync(Punch, ("@seq", ++seq), ("@clock", clock), ("@method", "face"), ("@direction", "none"));
        foreach (string method in (string[])["face", "card", "pin", "operator", "wifi"]) await TakeAsync(Punch, ("@seq", ++seq), ("@clock", "synced"), ("@method", method), ("@direction", "none"));
        foreach (string direction in (string[])["none", "in", "out"]) await TakeAsync(Punch, ("@seq", ++seq), ("@clock", "synced"), ("@method", "face"), ("@direction", direction));
        for (int i = 0; i < Enum.GetValues<DeliveryState>().Length; i++) await TakeAsync(Outbox, ("@seq", i + 1L), ("@state", Columns.Text(Enum.GetValues<DeliveryState>()[i])));

        string[] refused =
        [
            (await Should.ThrowAsync<SqliteException>(TakeAsync(Punch, ("@seq", 99L), ("@clock", "right"), ("@method", "face"), ("@direction", "none")))).Message,
            (await Should.ThrowAsync<SqliteException>(TakeAsync(Punch, ("@seq", 99L), ("@clock", "synced"), ("@method", "voice"), ("@direction", "none")))).Message,
            (await Should.ThrowAsync<SqliteException>(TakeAsync(Punch, ("@seq", 99L), ("@clock", "synced"), ("@method", "face"), ("@direction", "")))).Message,
            (await Should.ThrowAsync<SqliteException>(TakeAsync(Outbox, ("@seq", 11L), ("@state", "gone")))).Message,
        ];
        refused.ShouldAllBe(text => text.Contains("CHECK constraint failed", StringComparison.Ordinal));
    }

    [Fact]
    public void Both_databases_have_the_same_migrations()
    {
        static string[] Names(string dialect) => [.. Migrations.All(dialect).Select(one => Path.GetFileName(one.Resource))];
        Names("postgres").ShouldBe(Names("sqlite"));
        Names("sqlite").Select(name => name[..4]).ShouldBeUnique();
    }

    [Fact]
    public async Task Both_databases_have_the_same_tables_and_columns()
    {
        await using StoreFixture sqlite = new(), postgres = new(StoreKind.Postgres);
        List<string> lite = await sqlite.Database.ReadAsync(session => session.Query(
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'", row => row.GetString(0)));
        List<string> large = await postgres.Database.ReadAsync(session => session.Query(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()", row => row.GetString(0)));
        string[] own = ["punch_keys.", "store_writers.", "schema_migrations.", "punches_", "v1_"];
        large.Where(one => !own.Any(name => one.StartsWith(name, StringComparison.Ordinal))).Order(StringComparer.Ordinal).ShouldBe(lite.Order(StringComparer.Ordinal));
    }

    // Written by hand as the earlier versions wrote: today's stores know columns that were not there.
    private static void Fill(SqlSession session, TestLedger ledger)
    {
        session.Execute("INSERT INTO terminals (name, created_at, online) VALUES ('m2-001', 1, FALSE)");
        session.Execute("INSERT INTO departments (id, parent_id, name, updated_at) VALUES (1, NULL, 'Head office', 1)");
        session.Execute("INSERT INTO people (userid, name, active, first_seen_at, updated_at) VALUES ('u-0', 'Ada', TRUE, 1, 1)");
        session.Execute("INSERT INTO people_departments (userid, department_id) VALUES ('u-0', 1)");
        session.Execute("INSERT INTO accounts (name, password_hash, must_change, security_stamp, created_at) VALUES ('hr', 'h', TRUE, 's', 1)");
        session.Execute("INSERT INTO audit (at, actor, action) VALUES (1, 'bridge', 'made')");
        session.Execute("INSERT INTO settings (key, value, updated_at) VALUES ('roster', 'x', 1)");
        session.Execute("INSERT INTO exceptions (source, code, text, cause, first_at, last_at) VALUES ('ingest', 'gap', 't', 'c', 1, 1)");
        session.Execute("INSERT INTO platform_calls (month, api, calls) VALUES ('2026-03', 'upload', 4)");
        session.Execute("INSERT INTO events (terminal, id, kind, at, text, received_at) VALUES ('m2-001', 'e1', 'door', 1, 'open', 1)");
        session.Execute("INSERT INTO ledgers (terminal, ledger, through, chain, complete_at, first_seen_at, updated_at) VALUES (@terminal, @ledger, 5, @chain, @at, 1, 1)",
            ("@terminal", ledger.Terminal), ("@ledger", ledger.Id.ToString()), ("@chain", Convert.FromHexString(ledger.LastChain)), ("@at", ledger.Punches[^1].At));
        foreach (Punch punch in ledger.Punches)
        {
            long id = session.Number(
                """
                INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, score, threshold, liveness, pack, chain, received_at)
                VALUES (@terminal, @ledger, @seq, @person, @at, 'synced', 20, 'face', 'none', @score, @threshold, @liveness, @pack, @chain, 1) RETURNING id
                """,
                ("@terminal", punch.Terminal), ("@ledger", punch.Ledger.ToString()), ("@seq", punch.Seq), ("@person", punch.Person), ("@at", punch.At),
                ("@score", (double)punch.Score!), ("@threshold", (double)punch.Threshold!), ("@liveness", (double)punch.Liveness!), ("@pack", punch.Pack),
                ("@chain", Convert.FromHexString(punch.Chain)));
            string state = punch.Seq switch { 1 => "delivered", 2 => "dead", _ => "pending" };
            session.Execute("INSERT INTO outbox (punch_id, person, at, state, delivered_at, updated_at) VALUES (@id, @person, @at, @state, @delivered, 1)",
                ("@id", id), ("@person", punch.Person), ("@at", punch.At), ("@state", state), ("@delivered", punch.Seq == 1 ? 9L : null));
        }
    }
}
