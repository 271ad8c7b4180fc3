using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>
/// The database file: one writer with group commit, any number of readers (WAL, <c>synchronous=FULL</c>: a completed write survives
/// a power cut).
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly GroupCommitWriter _writer;
    private int _closed;

    private SqliteDatabase(string connectionString, GroupCommitWriter writer)
    {
        _connectionString = connectionString;
        _writer = writer;
    }

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
        SqliteSession? session = null;
        try
        {
            session = Connect(connectionString);
            session.Script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=2000;");
            Migrations.Apply(session, file);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new(connectionString, new GroupCommitWriter(session));
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

    /// <summary>Writes that wait behind the commit in hand: 0 on a healthy disk.</summary>
    public int WaitingWrites => _writer.Waiting;

    /// <summary>
    /// Runs <paramref name="work"/> inside a transaction shared with other callers; the task completes after the commit. An exception
    /// from <paramref name="work"/> undoes that work alone.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The commit failed or the store is closing; nothing was stored.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken = default) => _writer.RunAsync(work, cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteSession> work, CancellationToken cancellationToken = default) =>
        _writer.RunAsync(session => { work(session); return true; }, cancellationToken);

    /// <summary>Runs a read on a connection of its own, that sees everything committed before.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        if (!_readers.TryTake(out SqliteSession? session))
        {
            session = Connect(_connectionString);
            session.Script("PRAGMA query_only=ON;");
        }
        try
        {
            return Task.FromResult(work(session));
        }
        catch (SqliteException fault)
        {
            return Task.FromException<T>(new StoreUnavailableException($"The store cannot be read now: {fault.Message}", fault));
        }
        finally
        {
            if (_closed == 0) _readers.Add(session);
            else session.Dispose();
        }
    }

    /// <summary>Finishes the writes in hand, refuses later ones, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        await _writer.DisposeAsync();
        while (_readers.TryTake(out SqliteSession? reader)) reader.Dispose();
    }

    private static SqliteSession Connect(string connectionString)
    {
        SqliteConnection connection = new(connectionString);
        connection.Open();
        SqliteSession session = new(connection);
        session.Script("PRAGMA busy_timeout=10000;");
        return session;
    }
}
