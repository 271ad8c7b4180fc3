using Devices.Bridge.Store.Sql;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>
/// The database file (WAL, <c>synchronous=FULL</c>: a completed write survives a power cut).
/// </summary>
public sealed class SqliteDatabase : SqlDatabase
{
    // For punches as they come, single ones of thousands of terminals: each changes pages all over the indexes. What a savepoint may have to take back stays in
    // memory (it went to a temporary file, 25 system calls a punch), and pages are kept so that they need not be read again. Neither touches what is durable when.
    // After the migrations: those sort more than memory holds.
    private const string Writer = "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;";

    /// <summary>How long a statement waits for another process that writes.</summary>
    internal const int BusyTimeoutMs = 10_000;

    private readonly string _connectionString;

    private SqliteDatabase(string connectionString, SqlSession writer, SqliteCheckpointer checkpointer) : base(SqliteDialect.Instance, new SqliteWriterLink(writer, checkpointer)) => _connectionString = connectionString;

    /// <summary>Opens or creates the file, brings its schema up to date and starts the writer.</summary>
    /// <exception cref="BridgeStartException">The file is no database, comes from a newer version, or cannot be written.</exception>
    public static SqliteDatabase Open(string file)
    {
        string connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,
            DefaultTimeout = 10,
        }.ToString();
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        SqlSession? session = null;
        try
        {
            session = Connect(connectionString);
            session.Script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
            // A commit that a killed bridge wrote and did not sync is found in the log and would be told on: it is synced first.
            session.Script("PRAGMA wal_checkpoint(PASSIVE);");
            Migrations.Apply(session, file);
            session.Script(Writer);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            SqliteCheckpointer checkpointer = new((SqliteConnection)session.Connection, () => new DriveInfo(folder).AvailableFreeSpace, TimeProvider.System);
            return new(connectionString, session, checkpointer);
        }
        catch (SqliteException fault)
        {
            session?.Dispose();
            throw new BridgeStartException(fault.SqliteErrorCode switch
            {
                SQLitePCL.raw.SQLITE_NOTADB => $"{file} is not a SQLite database: restore it from a backup, or point Bridge:Data elsewhere.",
                SQLitePCL.raw.SQLITE_CORRUPT => $"{file} is damaged: restore it from a backup; do not delete it, punches may still be read from it.",
                SQLitePCL.raw.SQLITE_FULL => $"The disk of {file} is full: free some space and start again.",
                _ => $"{file} cannot be opened for writing ({fault.SqliteErrorCode}): check that the directory exists and belongs to this user.",
            }, fault);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    protected override SqlSession OpenReader()
    {
        SqlSession session = Connect(_connectionString);
        session.Script("PRAGMA query_only=ON;");
        return session;
    }

    private static SqlSession Connect(string connectionString)
    {
        SqliteConnection connection = new(connectionString);
        connection.Open();
        SqlSession session = new(connection, SqliteDialect.Instance);
        session.Script($"PRAGMA busy_timeout={BusyTimeoutMs};");
        return session;
    }
}
