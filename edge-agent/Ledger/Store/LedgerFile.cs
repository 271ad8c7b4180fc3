using System.Globalization;
using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>Opens the ledger's file and says in words why it cannot be opened. Looks before it writes: a foreign file is not touched.</summary>
internal static class LedgerFile
{
    /// <summary>Opens for the one writer; makes and migrates the file where needed.</summary>
    public static SqliteConnection OpenForWriting(LedgerOptions options, TimeProvider time)
    {
        string path = options.Path;
        bool exists = File.Exists(path) && new FileInfo(path).Length > 0;
        if (!exists && File.Exists(path + "-wal") && new FileInfo(path + "-wal").Length > 0)
            throw new LedgerException(LedgerFault.Damaged, $"{path} is missing, but its journal {path}-wal is there and may hold punches: put the ledger's file back, or set the journal aside.");
        SqliteConnection connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            int version = exists ? Recognise(connection, path) : 0;
            Configure(connection, fresh: version == 0);
            LedgerSchema.Migrate(connection, version, c => WriteIdentity(c, options.Terminal, time));
            connection.Execute(LedgerSchema.Moments);
            return connection;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw Translate(fault, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens read-only, also while another process writes.</summary>
    public static SqliteConnection OpenForReading(string path)
    {
        if (!File.Exists(path)) throw new LedgerException(LedgerFault.Missing, $"There is no ledger at {path}.");
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, SqliteOpenMode.ReadOnly);
            if (Recognise(connection, path) == 0) throw new LedgerException(LedgerFault.Foreign, $"{path} is empty, not a ledger.");
            return connection;
        }
        catch (SqliteException fault)
        {
            connection?.Dispose();
            throw Translate(fault, path);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>What reading a row says where its columns hold something else than was ever written there: SQLite has no fixed types.</summary>
    public static bool IsOtherThanWritten(Exception fault) => fault is InvalidOperationException or InvalidCastException or FormatException or OverflowException or ArgumentException or IndexOutOfRangeException;

    public static LedgerException Altered(Exception fault, string path) => new(LedgerFault.Damaged, $"The ledger {path} is damaged: a row of it holds something else than was ever written there.", fault);

    /// <summary>SQLite's error as one sentence and a kind.</summary>
    public static LedgerException Translate(SqliteException fault, string path) => fault.SqliteErrorCode switch
    {
        13 => new(LedgerFault.DiskFull, $"The disk of {path} is full: nothing was recorded; free some space.", fault),
        26 => new(LedgerFault.Foreign, $"{path} is not a ledger (not even an SQLite file); it was left as it is.", fault),
        11 => new(LedgerFault.Damaged, $"The ledger {path} is damaged ({fault.Message}); it was left as it is: keep it for recovery.", fault),
        5 or 6 => new(LedgerFault.InUse, $"The ledger {path} is held by another process.", fault),
        8 or 14 => new(LedgerFault.Io, $"The ledger {path} cannot be opened or written by this user.", fault),
        _ => new(LedgerFault.Io, $"The ledger {path} failed: {fault.Message}", fault),
    };

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        // No pooling: a pooled connection would keep the file open after Dispose.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw Translate(fault, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        return connection;
    }

    // The schema's version; throws where the file is something else or newer. Reads only.
    private static int Recognise(SqliteConnection connection, string path)
    {
        long application = connection.ReadInt64("PRAGMA application_id");
        long version = connection.ReadInt64("PRAGMA user_version");
        long tables = connection.ReadInt64("SELECT count(*) FROM sqlite_master");
        if (application == 0 && version == 0 && tables == 0) return 0;
        if (application != LedgerSchema.ApplicationId) throw new LedgerException(LedgerFault.Foreign, $"{path} is an SQLite file of another program, not a ledger; it was left as it is.");
        if (version > LedgerSchema.Newest)
            throw new LedgerException(LedgerFault.NewerSchema, string.Create(CultureInfo.InvariantCulture, $"The ledger {path} has schema {version}, this program knows {LedgerSchema.Newest}: install the newer program again; the file was left as it is."));
        return (int)version;
    }

    private static void Configure(SqliteConnection connection, bool fresh)
    {
        if (fresh)
        {
            // 4 KiB is the page of every common flash file system; trimmed rows give their space back to the disk.
            connection.Execute("PRAGMA page_size = 4096");
            connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
        }
        connection.Execute("PRAGMA journal_mode = WAL");
        // FULL in WAL mode: the log is flushed at every commit, so a commit that returned survives a power cut.
        connection.Execute("PRAGMA synchronous = FULL");
        // No effect on Linux; on macOS plain fsync leaves data in the drive's cache.
        connection.Execute("PRAGMA fullfsync = 1");
        connection.Execute("PRAGMA checkpoint_fullfsync = 1");
        // 256 pages (1 MiB): small enough that one checkpoint is not felt at the door, large enough that a page with many punches
        // is written back once rather than at each punch (flash wear).
        connection.Execute("PRAGMA wal_autocheckpoint = 256");
        connection.Execute("PRAGMA journal_size_limit = 4194304");
        connection.Execute("PRAGMA cell_size_check = 1");
        connection.Execute("PRAGMA trusted_schema = 0");
        // REPLACE would otherwise delete rows behind the delete trigger's back.
        connection.Execute("PRAGMA recursive_triggers = 1");
        connection.Execute("PRAGMA temp_store = MEMORY");
        // A process that was killed, or refused by its disk, between writing a commit and syncing it leaves it in the log, where this start finds it
        // and would answer by it: it is synced first, or a power cut now took a punch that was confirmed.
        connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
    }

    private static void WriteIdentity(SqliteConnection connection, string terminal, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now < DateTimeOffset.UnixEpoch) now = DateTimeOffset.UnixEpoch;
        Guid ledger = Guid.CreateVersion7(now);
        using SqliteCommand insert = connection.Prepare(
            "INSERT INTO state(only_row, terminal, ledger, created, base_chain) VALUES (1, $terminal, $ledger, $created, $chain)",
            "$terminal", "$ledger", "$created", "$chain");
        insert.With(terminal, ledger.ToString("D"), now.ToUnixTimeMilliseconds(), PunchChain.Genesis(ledger)).ExecuteNonQuery();
    }
}
