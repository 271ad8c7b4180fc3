using System.Collections.Concurrent;
using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// The database as the stores see it: one writer with group commit, any number of readers. A completed write survives a power cut.
/// </summary>
public abstract class SqlDatabase : IAsyncDisposable
{
    // More than any page needs at once; a server has far more connections to give.
    private const int MaxReaders = 24;

    private readonly ConcurrentBag<SqlSession> _readers = [];
    private readonly SemaphoreSlim _places = new(MaxReaders);
    private readonly GroupCommitWriter _writer;
    private int _closed;

    private protected SqlDatabase(SqlDialect dialect, WriterLink writer)
    {
        Dialect = dialect;
        _writer = new(writer);
    }

    /// <summary>What differs between the databases; few statements need it.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>Writes that wait behind the commit in hand: 0 on a healthy disk.</summary>
    public int WaitingWrites => _writer.Waiting;

    /// <summary>
    /// Runs <paramref name="work"/> inside a transaction shared with other callers; the task completes after the commit. An exception
    /// from <paramref name="work"/> undoes that work alone.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The commit failed or the store is closing; nothing was stored.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken = default) => _writer.RunAsync(work, cancellationToken);

    /// <summary>As <see cref="WriteAsync{T}"/>, for frequent work that does not throw of itself: without a savepoint of its own. May run twice, the first time undone.</summary>
    public Task<T> WriteSurelyAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken = default) => _writer.RunAsync(work, cancellationToken, sure: true);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqlSession> work, CancellationToken cancellationToken = default) =>
        _writer.RunAsync(session => { work(session); return true; }, cancellationToken);

    /// <summary>Runs a read on a connection of its own, that sees everything committed before.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be read now.</exception>
    public async Task<T> ReadAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        cancellationToken.ThrowIfCancellationRequested();
        if (_closed != 0) throw new StoreUnavailableException("The store is closed.");
        await _places.WaitAsync(cancellationToken);
        try
        {
            return Read(work);
        }
        catch (DbException fault)
        {
            throw new StoreUnavailableException($"The store cannot be read now: {fault.Message}", fault);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Finishes the writes in hand, refuses later ones, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        await _writer.DisposeAsync();
        while (_readers.TryTake(out SqlSession? reader)) reader.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A connection that cannot write.</summary>
    protected abstract SqlSession OpenReader();

    private T Read<T>(Func<SqlSession, T> work)
    {
        // Connections that lay idle while the server was restarted are dead; a read may be tried again as often as one likes.
        while (_readers.TryTake(out SqlSession? idle))
        {
            if (idle.Connection.State != System.Data.ConnectionState.Open)
            {
                idle.Dispose();
                continue;
            }
            try
            {
                T result = work(idle);
                Return(idle);
                return result;
            }
            catch (DbException fault) when (Dialect.Reach(fault) == FaultReach.Connection)
            {
                idle.Dispose();
            }
            catch
            {
                Return(idle);
                throw;
            }
        }
        SqlSession session = OpenReader();
        try
        {
            return work(session);
        }
        finally
        {
            Return(session);
        }
    }

    private void Return(SqlSession session)
    {
        if (_closed == 0 && session.Connection.State == System.Data.ConnectionState.Open) _readers.Add(session);
        else session.Dispose();
    }
}
