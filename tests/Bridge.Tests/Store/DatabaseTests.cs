using Devices.Bridge.Store;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Tests.Store;

public sealed class DatabaseTests
{
    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_with_a_sentence_and_left_alone()
    {
        using TempDirectory directory = new();
        string file = directory.File("bridge.db");
        await SqliteDatabase.Open(file).DisposeAsync();
        Alter(file, "PRAGMA user_version=999");

        BridgeStartException refused = Should.Throw<BridgeStartException>(() => SqliteDatabase.Open(file));

        refused.Message.ShouldContain("newer bridge (schema 999");
        Alter(file, "SELECT 1");
        Should.Throw<BridgeStartException>(() => SqliteDatabase.Open(file));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_with_a_sentence()
    {
        using TempDirectory directory = new();
        string file = directory.File("bridge.db");
        await File.WriteAllTextAsync(file, new string('x', 5000));
        Should.Throw<BridgeStartException>(() => SqliteDatabase.Open(file)).Message.ShouldContain("is not a SQLite database");
    }

    [Fact]
    public async Task Writes_reach_the_disk_before_they_are_confirmed_and_the_file_is_the_owners()
    {
        await using StoreFixture store = new();
        string mode = await store.Database.WriteAsync(session => session.Text("PRAGMA journal_mode") ?? "");
        long full = await store.Database.WriteAsync(session => session.Number("PRAGMA synchronous"));
        mode.ShouldBe("wal");
        full.ShouldBe(2); // FULL
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(store.File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task One_failing_write_undoes_itself_and_not_the_others_of_its_group()
    {
        await using StoreFixture store = new();
        using ManualResetEventSlim gate = new();
        // The first write holds the writer, so that the next three become one group.
        Task first = store.Database.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(20)));
        Task good = store.AddTerminalAsync("a");
        Task bad = store.Database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO terminals (name, created_at) VALUES ('half', 0)");
            throw new InvalidOperationException("no");
        });
        Task good2 = store.AddTerminalAsync("b");
        gate.Set();
        await Task.WhenAll(first, good, good2);

        await Should.ThrowAsync<InvalidOperationException>(() => bad);
        (await store.Terminals.ListTerminalsAsync(SiteScope.All)).Select(one => one.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Work_without_a_savepoint_that_fails_nevertheless_undoes_itself_alone_and_the_others_are_stored_once()
    {
        await using StoreFixture store = new();
        using ManualResetEventSlim gate = new();
        Task first = store.Database.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(20)));
        Task<int> sure = store.Database.WriteSurelyAsync(session => session.Execute("INSERT INTO terminals (name, created_at) VALUES ('sure', 0)"));
        Task<int> bad = store.Database.WriteSurelyAsync<int>(session =>
        {
            session.Execute("INSERT INTO terminals (name, created_at) VALUES ('half', 0)");
            throw new InvalidOperationException("no");
        });
        Task<int> twice = store.Database.WriteSurelyAsync(session => session.Execute("INSERT INTO terminals (name, created_at) VALUES ('sure', 0)"));
        Task alone = store.AddTerminalAsync("alone");
        gate.Set();
        await Task.WhenAll(first, sure, alone);

        (await Should.ThrowAsync<InvalidOperationException>(() => bad)).Message.ShouldBe("no");
        await Should.ThrowAsync<Microsoft.Data.Sqlite.SqliteException>(() => twice);
        (await store.Terminals.ListTerminalsAsync(SiteScope.All)).Select(one => one.Name).ShouldBe(["alone", "sure"]);
    }

    [Fact]
    public async Task A_full_disk_fails_the_write_as_unavailable_stores_nothing_and_heals()
    {
        await using StoreFixture store = new();
        TestLedger ledger = new TestLedger("m2-001").AddMany(2);
        await store.Punches.AppendAsync(ledger.All());
        // SQLite answers SQLITE_FULL at its page limit exactly as on a full disk.
        long pages = await store.Database.WriteAsync(session => session.Number("PRAGMA page_count"));
        await store.Database.WriteAsync(session => session.Number($"PRAGMA max_page_count={pages}"));
        StoreUnavailableException? full = null;
        for (int i = 0; i < 200 && full is null; i++)
        {
            ledger.AddMany(100);
            try
            {
                await store.Punches.AppendAsync(ledger.Batch(ledger.Punches.Count - 99, 100));
            }
            catch (StoreUnavailableException fault)
            {
                full = fault;
            }
        }
        full.ShouldNotBeNull().Message.ShouldBe("The bridge's disk is full; nothing was stored.");
        LedgerMark before = (await store.Punches.FindLedgerAsync("m2-001", ledger.Id))!;
        (await store.CountAsync("punches")).ShouldBe(before.Through);

        await store.Database.WriteAsync(session => session.Number("PRAGMA max_page_count=1000000"));
        await store.Punches.AppendAsync(ledger.Batch((int)before.Through + 1, 100));
        (await store.CountAsync("outbox")).ShouldBe(ledger.Punches.Count);
    }

    [Fact]
    public async Task A_closing_store_finishes_what_it_took_and_refuses_the_rest()
    {
        await using StoreFixture store = new();
        Task[] taken = [.. Enumerable.Range(0, 50).Select(i => store.AddTerminalAsync($"t-{i}"))];
        await store.Database.DisposeAsync();
        await Task.WhenAll(taken);
        await Should.ThrowAsync<StoreUnavailableException>(() => store.AddTerminalAsync("late"));
        store.Reopen();
        (await store.CountAsync("terminals")).ShouldBe(50);
    }

    private static void Alter(string file, string sql)
    {
        using SqliteConnection connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this test
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
