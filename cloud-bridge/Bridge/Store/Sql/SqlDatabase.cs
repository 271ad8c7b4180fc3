using System.Collections.Concurrent;
using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// The database as the stores see it: one writer with group commit, any number of readers. A completed write survives a power cut.
/// </summary>
public abstract class SqlDatabase : IAsyncDisposable
{
    private readonly ConcurrentBag<SqlSession> _readers = [];
    private readonly GroupCommitWriter _writer;
    private int _closed;

    /// <param name="dialect">What differs between the databases.</param>
    /// <param name="writer">The writer's connection, migrated.</param>
    protected SqlDatabase(SqlDialect dialect, SqlSession writer)
    {
        Dialect = dialect;
        _writer = new(writer, EndWriting);
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

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqlSession> work, CancellationToken cancellationToken = default) =>
        _writer.RunAsync(session => { work(session); return true; }, cancellationToken);

    /// <summary>Runs a read on a connection of its own, that sees everything committed before.</summary>
    public Task<T> ReadAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        if (!_readers.TryTake(out SqlSession? session)) session = OpenReader();
        try
        {
            return Task.FromResult(work(session));
        }
        catch (DbException fault)
        {
            return Task.FromException<T>(new StoreUnavailableException($"The store cannot be read now: {fault.Message}", fault));
        }
        finally
        {
            if (_closed == 0) _readers.Add(session);
            else session.Dispose();
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

    /// <summary>A last word on the writer's connection, after its last commit.</summary>
    protected virtual void EndWriting(SqlSession session) { }
}
