using System.Globalization;
using System.Reflection;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Store.Backup;

/// <summary>
/// Backup of a whole bridge into one file while it runs, its check, and the way back. The store lies in it as <c>bridge.db</c> whichever
/// database it came from, so a backup also carries a bridge from SQLite to PostgreSQL.
/// </summary>
public static class BridgeBackup
{
    /// <summary>Setting that a restored store carries: when it was restored, ms since the Unix epoch.</summary>
    public const string RestoredAt = "store.restored_at";

    // Ids of punches jump by this: a reader of the export that was further than the copy must not miss what comes again under new ids.
    private const long IdGap = 1_000_000;

    // Made anew, of this process only, or told by other means.
    private static readonly string[] LeftOut = ["bridge.db", "bridge.db-wal", "bridge.db-shm", "bridge.lock", "store.json"];

    private static string Version => typeof(BridgeBackup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <param name="options">Of the bridge, running or not.</param>
    /// <param name="to">The file; it must not be there yet.</param>
    /// <exception cref="BridgeStartException">It cannot be made; the message says why.</exception>
    public static async Task<BackupManifest> CreateAsync(BridgeOptions options, string to, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (File.Exists(to) || Directory.Exists(to)) throw new BridgeStartException($"{to} is there already: a backup overwrites nothing. Choose another name.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(to))!;
        if (!Directory.Exists(folder)) throw new BridgeStartException($"The directory {folder} does not exist: make it, or choose another place for the backup.");
        // On the backup's own disk, which must have room for it anyway.
        string work = Path.Combine(folder, $".backup-{Guid.NewGuid():N}");
        MakePrivate(work);
        try
        {
            string copy = Path.Combine(work, "bridge.db");
            (Dictionary<string, long> rows, List<BackupLedger> ledgers, long schema) = await AsideAsync(() =>
            {
                Snapshot.Make(options, copy);
                using SqlSession session = Snapshot.Open(copy);
                // A backup that cannot be restored is worse than none: found now, not on the day it is needed.
                if (StoreVerifier.Check(session) is { } fault) throw new BridgeStartException($"The store is not sound, and no backup was made: {fault}");
                (Dictionary<string, long> counted, List<BackupLedger> ends) = StoreVerifier.Describe(session);
                return (counted, ends, session.Dialect.Schema(session));
            }, cancellationToken);
            return await BackupFile.WriteAsync(to, [("bridge.db", copy), .. OtherFiles(options.Data)],
                parts => new(1, time.GetUtcNow().ToUnixTimeMilliseconds(), Version, options.Store, schema, parts, rows, ledgers), cancellationToken);
        }
        finally
        {
            Remove(work);
        }
    }

    /// <summary>Checks a backup as a restore would, and changes nothing.</summary>
    /// <exception cref="BridgeStartException">It does not hold together.</exception>
    public static async Task<BackupManifest> VerifyAsync(string file, CancellationToken cancellationToken = default)
    {
        string work = Directory.CreateTempSubdirectory("bridge-verify-").FullName;
        try
        {
            return await UnpackAsync(file, work, cancellationToken);
        }
        finally
        {
            Remove(work);
        }
    }

    /// <summary>
    /// Restores into a directory that is not there or empty, and with <paramref name="connectionFile"/> into an empty PostgreSQL database.
    /// Everything is checked before anything is put in place. Open rows of the outbox become ambiguous: the platform is asked first,
    /// since what happened after the backup is not known.
    /// </summary>
    /// <exception cref="BridgeStartException">The backup is not sound or the target not empty; nothing was changed.</exception>
    public static async Task<BackupManifest> RestoreAsync(string file, string data, string? connectionFile, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(time);
        data = Path.GetFullPath(data);
        if (File.Exists(data) || (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any()))
            throw new BridgeStartException($"{data} is not empty: a restore overwrites nothing. Move it away, or choose another directory.");
        string work = data + ".restoring";
        if (Directory.Exists(work)) throw new BridgeStartException($"{work} is left of a restore that was broken off: look that none is running, remove it, and try again.");
        MakePrivate(work);
        try
        {
            BackupManifest manifest = await UnpackAsync(file, work, cancellationToken);
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            string database = Path.Combine(work, "bridge.db");
            using (SqlSession session = Snapshot.Open(database, write: true))
            {
                Migrations.Apply(session, file);
                Doubt(session, now, manifest);
            }
            if (connectionFile is not null)
            {
                IntoPostgres(database, connectionFile, now);
                File.Delete(database);
                BridgeOptions options = new() { Data = work, Store = "postgres", Postgres = new() { ConnectionFile = connectionFile } };
                StoreChoice.Remember(options);
            }
            foreach (string folder in Directory.EnumerateDirectories(work, "*", SearchOption.AllDirectories).Append(work))
            {
                MakePrivate(folder);
                _ = DirectorySync.TryFlush(folder);
            }
            if (Directory.Exists(data)) Directory.Delete(data);
            Directory.Move(work, data);
            _ = DirectorySync.TryFlush(Path.GetDirectoryName(data)!);
            return manifest;
        }
        catch
        {
            Remove(work);
            throw;
        }
    }

    // Copying or checking a large store is one long call into the database. Who cancels does not wait for it: what it still reads and writes lies in a
    // folder that is removed under it.
    private static Task<T> AsideAsync<T>(Func<T> work, CancellationToken cancellationToken) => Task.Run(work, CancellationToken.None).WaitAsync(cancellationToken);

    private static void Remove(string work)
    {
        for (int left = 20; Directory.Exists(work); left--)
        {
            try
            {
                Directory.Delete(work, recursive: true);
            }
            catch (IOException) when (left > 0)
            {
                // A file was made in it at this moment.
                Thread.Sleep(10);
            }
        }
    }

    // Mode 0700, whatever the umask.
    private static void MakePrivate(string directory)
    {
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static IEnumerable<(string Name, string File)> OtherFiles(string data) => Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories)
        .Select(file => (Name: Path.GetRelativePath(data, file).Replace('\\', '/'), File: file))
        // Exports are made again by whoever wants them; each holds many people's days.
        .Where(one => !LeftOut.Contains(one.Name) && !one.Name.StartsWith("exports/", StringComparison.Ordinal) && !one.Name.EndsWith(".new", StringComparison.Ordinal) && !one.Name.EndsWith(".lock", StringComparison.Ordinal))
        .OrderBy(one => one.Name, StringComparer.Ordinal);

    private static async Task<BackupManifest> UnpackAsync(string file, string work, CancellationToken cancellationToken)
    {
        BackupManifest manifest = await BackupFile.ReadAsync(file, work, cancellationToken);
        string database = Path.Combine(work, "bridge.db");
        if (!File.Exists(database)) throw new BridgeStartException($"{file} is not a sound backup: it holds no store.");
        return await AsideAsync(() => Checked(file, database, manifest), cancellationToken);
    }

    private static BackupManifest Checked(string file, string database, BackupManifest manifest)
    {
        using SqlSession session = Snapshot.Open(database);
        long schema = session.Dialect.Schema(session);
        if (schema > Migrations.Newest)
            throw new BridgeStartException($"{file} was made by a newer bridge (schema {schema}, this program knows {Migrations.Newest}): use that version or a later one.");
        if (schema < Migrations.Newest)
        {
            // Checked as this version reads it; the copy unpacked here is upgraded, the backup is not touched.
            session.Dispose();
            using SqlSession upgraded = Snapshot.Open(database, write: true);
            Migrations.Apply(upgraded, file);
            Check(upgraded, file, manifest, upgradedFrom: schema);
        }
        else Check(session, file, manifest, null);
        return manifest;
    }

    private static void Check(SqlSession session, string file, BackupManifest manifest, long? upgradedFrom)
    {
        if (StoreVerifier.Check(session) is { } fault) throw new BridgeStartException($"{file} is not a sound backup: {fault}");
        (Dictionary<string, long> rows, List<BackupLedger> ledgers) = StoreVerifier.Describe(session);
        foreach ((string table, long count) in manifest.Rows)
            if (upgradedFrom is null && rows.GetValueOrDefault(table, -1) != count)
                throw new BridgeStartException(string.Create(CultureInfo.InvariantCulture, $"{file} is not a sound backup: {table} has {rows.GetValueOrDefault(table)} rows, and its manifest says {count}."));
        if (!ledgers.SequenceEqual(manifest.Ledgers)) throw new BridgeStartException($"{file} is not a sound backup: its ledgers do not end where its manifest says.");
    }

    /// <summary>What the copy says of deliveries may be old: whatever is still to go out is asked about first.</summary>
    private static void Doubt(SqlSession session, long now, BackupManifest manifest)
    {
        session.Script("BEGIN IMMEDIATE");
        session.Execute(
            """
            UPDATE outbox SET state = 'ambiguous', checks = 0, next_attempt_at = NULL, reason_code = 'restored',
              reason = 'The bridge was restored from a backup; the platform is asked before this is sent.'
            WHERE target = 'platform' AND state IN ('pending', 'sending', 'waiting', 'deferred')
            """);
        session.Execute("INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
            ("@key", RestoredAt), ("@value", now.ToString(CultureInfo.InvariantCulture)), ("@now", now));
        session.Execute("UPDATE sqlite_sequence SET seq = seq + @gap WHERE name = 'punches'", ("@gap", IdGap));
        session.Execute("INSERT INTO audit (at, actor, action, detail) VALUES (@now, 'command line', 'restored from a backup', @detail)",
            ("@now", now), ("@detail", string.Create(CultureInfo.InvariantCulture, $"made {DateTimeOffset.FromUnixTimeMilliseconds(manifest.MadeAt):yyyy-MM-dd HH:mm:ss} UTC by {manifest.Version}")));
        session.Execute("UPDATE terminals SET online = FALSE");
        // One that was ended after the copy would live again.
        session.Execute("UPDATE sessions SET ended_at = @now, ended_by = 'restore' WHERE ended_at IS NULL", ("@now", now));
        session.Script("COMMIT");
    }

    private static void IntoPostgres(string database, string connectionFile, long now)
    {
        PostgresServer server = new(ConnectionFile.Read(connectionFile), StoreSeat.Alone);
        try
        {
            using SqlSession to = server.OpenWriter();
            if (server.Take(to) is not null) throw new BridgeStartException($"{server.Name} is served by a bridge: stop it, or restore into another database.");
            if (to.Dialect.Schema(to) != 0 && to.Number("SELECT COUNT(*) FROM ledgers") + to.Number("SELECT COUNT(*) FROM accounts") + to.Number("SELECT COUNT(*) FROM audit") > 0)
                throw new BridgeStartException($"{server.Name} is not empty: a restore overwrites nothing. Create another database (createdb).");
            Migrations.Apply(to, server.Name);
            using SqlSession from = Snapshot.Open(database);
            to.Script("BEGIN");
            TableCopy.ToPostgres(from, to, now);
            foreach ((string table, long count) in StoreVerifier.Describe(from).Rows)
                if (to.Number($"SELECT COUNT(*) FROM {table}") is var there && there != count)
                    throw new BridgeStartException($"{server.Name} has {there} rows of {table} after the copy instead of {count}; nothing was kept.");
            to.Script("COMMIT");
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException or System.Net.Sockets.SocketException)
        {
            throw new BridgeStartException($"{server.Name} did not take the restore, nothing was kept: {fault.Message}", fault);
        }
    }
}
