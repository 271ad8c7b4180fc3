using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Backup;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Tests.Store;

/// <summary>Backup of a store in use, its check, and the way back, from each database into each.</summary>
public abstract class BackupTests(StoreKind kind) : IAsyncDisposable
{
    private readonly StoreFixture _store = new(kind);
    private readonly TempDirectory _directory = new();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_backup_made_while_punches_come_in_restores_to_what_the_store_was(StoreKind into)
    {
        BridgeOptions options = await ServeAsync();
        TestLedger ledger = new TestLedger("m2-001").AddMany(60), other = new TestLedger("m2-002").AddMany(5);
        await FillAsync(other);
        using CancellationTokenSource enough = new();
        Task writing = Task.Run(async () =>
        {
            for (int seq = 1; seq <= 60 && !enough.IsCancellationRequested; seq++) await _store.Punches.AppendAsync(ledger.Batch(seq, 1));
        });
        await Until.TrueAsync(async () => await _store.CountAsync("punches") > 15, "punches to come in");
        string file = _directory.File("backup.tar");

        BackupManifest made = await BridgeBackup.CreateAsync(options, file, TimeProvider.System);

        await enough.CancelAsync();
        await writing;
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await BridgeBackup.VerifyAsync(file)).Ledgers.ShouldBe(made.Ledgers);
        made.Parts.Select(one => one.Name).ShouldBe(["bridge.db", "ca/root.key", "keys/cookie.xml"]);
        BackupLedger head = made.Ledgers.Single(one => one.Terminal == "m2-001");
        head.Through.ShouldBeGreaterThan(0);
        head.Chain.ShouldBe(ledger.Punches[(int)head.Through - 1].Chain, StringCompareShould.IgnoreCase);

        string target = _directory.File("restored");
        string? connection = into == StoreKind.Postgres ? await EmptyDatabaseAsync() : null;
        await BridgeBackup.RestoreAsync(file, target, connection, TimeProvider.System);

        (await File.ReadAllTextAsync(Path.Combine(target, "ca", "root.key"))).ShouldBe("secret");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(target, "ca", "root.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(target).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        await using SqlDatabase restored = StoreSetup.Open(StoreChoice.Recall(new() { Data = target }), exclusive: false);
        SqlPunchStore punches = new(restored, _store.Time);
        IReadOnlyList<StoredPunch> all = await punches.ListAfterAsync(SiteScope.All, 0, 1000);
        all.Count.ShouldBe((int)made.Rows["punches"]);
        all.Select(one => one.Punch).Where(one => one.Terminal == "m2-001").ShouldBe(ledger.Punches.Take((int)head.Through));
        all.ShouldAllBe(one => one.Delivery != DeliveryState.Pending, "what is open is asked about first");
        (await new SqlPeopleStore(restored, _store.Time).FindPersonAsync(SiteScope.All, "u-1")).ShouldNotBeNull().Active.ShouldBeTrue();
        (await new SqlAccountStore(restored, _store.Time).FindAccountAsync("hr")).ShouldNotBeNull().MustChange.ShouldBeTrue();
        (await new SqlFleetStore(restored, _store.Time).FindCertificateAsync("aa")).ShouldNotBeNull().Terminal.ShouldBe("m2-001");
        (await new SqlAuditStore(restored, _store.Time).AuditLogAsync(5))[0].Action.ShouldBe("restored from a backup");
        (await new SqlOutboxStore(restored, _store.Time).CountAsync(SiteScope.All, OutboxTarget.Platform)).Values.Sum().ShouldBe(all.Count);

        // The terminal is told the old watermark and sends the rest again; new ids lie beyond any that was ever given.
        IngestResult greeted = await punches.GreetAsync(ledger.Hello());
        greeted.Mark.Through.ShouldBe(head.Through);
        IngestResult sent = await punches.AppendAsync(ledger.Batch((int)head.Through + 1, 60 - (int)head.Through));
        (sent.Problem, sent.Mark.Through).ShouldBe((null, 60L));
        (await punches.ListAfterAsync(SiteScope.All, 1_000_000, 100)).Count.ShouldBe(60 - (int)head.Through);
    }

    [Fact]
    public async Task A_backup_that_was_altered_cut_off_or_is_something_else_is_refused_with_a_sentence()
    {
        BridgeOptions options = await ServeAsync();
        await FillAsync(new TestLedger("m2-001").AddMany(20));
        string file = _directory.File("backup.tar");
        await BridgeBackup.CreateAsync(options, file, TimeProvider.System);
        byte[] sound = await File.ReadAllBytesAsync(file);

        (await RefusedAsync(sound[..(sound.Length / 2)])).ShouldContain("is not a sound backup");
        byte[] altered = [.. sound];
        altered[sound.Length / 3] ^= 0x40;
        (await RefusedAsync(altered)).ShouldContain("is not a sound backup");
        (await RefusedAsync("something else, quite long enough to look at"u8.ToArray())).ShouldContain("is not a sound backup");

        // Somebody who also wrote the manifest anew: the chain still tells.
        (await RefusedAsync(await ForgeAsync(file, "UPDATE punches SET person = 'u-mallory' WHERE seq = 7"))).ShouldContain("Punch 7 of ledger");
        (await RefusedAsync(await ForgeAsync(file, "DELETE FROM outbox WHERE punch_id IN (SELECT id FROM punches WHERE seq = 20); DELETE FROM punches WHERE seq = 20"))).ShouldContain("ends at punch 19");
        (await RefusedAsync(await ForgeAsync(file, "DELETE FROM people"))).ShouldContain("people");
    }

    [Fact]
    public async Task Neither_backup_nor_restore_overwrites_anything()
    {
        BridgeOptions options = await ServeAsync();
        await FillAsync(new TestLedger("m2-001").AddMany(3));
        string file = _directory.File("backup.tar"), target = _directory.File("restored");
        await BridgeBackup.CreateAsync(options, file, TimeProvider.System);
        (await Should.ThrowAsync<BridgeStartException>(() => BridgeBackup.CreateAsync(options, file, TimeProvider.System))).Message.ShouldContain("is there already");
        Directory.CreateDirectory(target);
        await File.WriteAllTextAsync(Path.Combine(target, "mine"), "x");
        (await Should.ThrowAsync<BridgeStartException>(() => BridgeBackup.RestoreAsync(file, target, null, TimeProvider.System))).Message.ShouldContain("is not empty");
        Directory.GetFileSystemEntries(target).Length.ShouldBe(1);
        if (kind == StoreKind.Postgres)
        {
            await _store.Database.DisposeAsync();
            (await Should.ThrowAsync<BridgeStartException>(() => BridgeBackup.RestoreAsync(file, _directory.File("r2"), _store.Cluster.ConnectionFile(_store.DatabaseName), TimeProvider.System))).Message.ShouldContain("is not empty");
            Directory.Exists(_directory.File("r2")).ShouldBeFalse();
        }
    }

    private async Task<string> RefusedAsync(byte[] content)
    {
        string file = _directory.File("bad.tar");
        await File.WriteAllBytesAsync(file, content);
        string message = (await Should.ThrowAsync<BridgeStartException>(() => BridgeBackup.VerifyAsync(file))).Message;
        await Should.ThrowAsync<BridgeStartException>(() => BridgeBackup.RestoreAsync(file, _directory.File("never"), null, TimeProvider.System));
        Directory.Exists(_directory.File("never")).ShouldBeFalse();
        return message;
    }

    private async Task<byte[]> ForgeAsync(string file, string sql)
    {
        string work = _directory.File($"forge-{Guid.NewGuid():N}"), forged = work + ".tar";
        Directory.CreateDirectory(work);
        await TarFile.ExtractToDirectoryAsync(file, work, overwriteFiles: false);
        string database = Path.Combine(work, "bridge.db");
        using (SqliteConnection connection = new($"Data Source={database};Pooling=False"))
        {
            connection.Open();
            using SqlSession session = new(connection, SqliteDialect.Instance);
            foreach (string trigger in session.Query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'outbox%'", row => row.GetString(0))) session.Script($"DROP TRIGGER {trigger}");
            session.Script($"PRAGMA foreign_keys=OFF; {sql}");
        }
        string manifestFile = Path.Combine(work, "manifest.json");
        JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(manifestFile))!;
        JsonNode part = manifest["parts"]!.AsArray().Single(one => (string)one!["name"]! == "bridge.db")!;
        byte[] bytes = await File.ReadAllBytesAsync(database);
        (part["bytes"], part["sha256"]) = (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        await using (FileStream stream = File.Create(forged))
        await using (TarWriter tar = new(stream))
        {
            foreach (string name in (string[])["bridge.db", "ca/root.key", "keys/cookie.xml"]) await tar.WriteEntryAsync(Path.Combine(work, name), name);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json") { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString())) });
        }
        return await File.ReadAllBytesAsync(forged);
    }

    // A data directory as a serving bridge has it.
    private async Task<BridgeOptions> ServeAsync()
    {
        string data = Path.GetDirectoryName(_store.File)!;
        Directory.CreateDirectory(Path.Combine(data, "ca"));
        Directory.CreateDirectory(Path.Combine(data, "keys"));
        await File.WriteAllTextAsync(Path.Combine(data, "ca", "root.key"), "secret");
        await File.WriteAllTextAsync(Path.Combine(data, "keys", "cookie.xml"), "key");
        return kind == StoreKind.Sqlite ? new() { Data = data }
            : new() { Data = data, Store = "postgres", Postgres = new() { ConnectionFile = _store.Cluster.ConnectionFile(_store.DatabaseName) } };
    }

    private async Task FillAsync(TestLedger ledger)
    {
        await _store.AddTerminalAsync("m2-001");
        await _store.Punches.AppendAsync(ledger.All());
        await _store.People.ReconcileAsync([new(1, null, "Head office")], [new("u-1", "Ada", "007", true, [1])]);
        await new SqlAccountStore(_store.Database, _store.Time).AddAccountAsync(new("hr", "hash", AccountRoles.First, SiteScope.All));
        await _store.Database.WriteAsync(session => session.Execute(
            "INSERT INTO certificates (serial, terminal, thumbprint, not_before, not_after, issued_at, der) VALUES ('01', 'm2-001', 'aa', 1, 2, 1, @der)", ("@der", new byte[] { 0, 1, 255 })));
        await _store.Exceptions.RaiseAsync(new("ingest", ProblemCodes.Gap, "text"));
    }

    private async Task<string> EmptyDatabaseAsync()
    {
        PostgresCluster cluster = await PostgresCluster.Shared;
        return cluster.ConnectionFile(await cluster.CreateDatabaseAsync());
    }
}

public sealed class BackupSqliteTests() : BackupTests(StoreKind.Sqlite);

public sealed class BackupPostgresTests() : BackupTests(StoreKind.Postgres);
