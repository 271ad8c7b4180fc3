using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>
/// The only thread that writes. It takes waiting requests off a bounded channel, runs each in a savepoint of one transaction, commits
/// once for all and only then completes them: many terminals share one fsync, and a completed task means durable.
/// </summary>
public sealed class GroupCommitWriter : IAsyncDisposable
{
    private const int MaxGroup = 256;
    private const int MaxWaiting = 4096;

    private readonly SqliteSession _session;
    private readonly Channel<Request> _requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GroupCommitWriter(SqliteSession session)
    {
        _session = session;
        _thread = new Thread(Loop) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>Requests that wait for the group in hand.</summary>
    public int Waiting => _requests.Reader.Count;

    public async Task<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        Request<T> request = new(work, cancellationToken);
        try
        {
            await _requests.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new StoreUnavailableException("The store is closing.");
        }
        return await request.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _stopped.Task;
    }

    private void Loop()
    {
        List<Request> group = [];
        ChannelReader<Request> reader = _requests.Reader;
        // Blocking on purpose: this thread does nothing else, and fsync would block a pool thread anyway.
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            while (group.Count < MaxGroup && reader.TryRead(out Request? request)) group.Add(request);
            Commit(group);
        }
        try
        {
            _session.Script("PRAGMA wal_checkpoint(TRUNCATE);");
        }
        catch (SqliteException)
        {
            // The WAL stays and is read at the next start: nothing is lost by not folding it in now.
        }
        _session.Dispose();
        _stopped.SetResult();
    }

    private void Commit(List<Request> group)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            foreach (Request request in group) Attempt(request);
            _session.Execute("COMMIT");
        }
        catch (Exception fault)
        {
            Rollback();
            StoreUnavailableException unavailable = new(Explain(fault), fault);
            foreach (Request request in group) request.Fail(unavailable);
            return;
        }
        foreach (Request request in group) request.Complete();
    }

    private void Attempt(Request request)
    {
        if (request.Cancelled) return;
        _session.Execute("SAVEPOINT one");
        try
        {
            request.Run(_session);
            _session.Execute("RELEASE one");
        }
        catch (Exception fault) when (!IsStoreFault(fault))
        {
            _session.Execute("ROLLBACK TO one");
            _session.Execute("RELEASE one");
            request.Fail(fault);
        }
    }

    // These end the whole transaction inside SQLite, or would fail the commit anyway.
    private static bool IsStoreFault(Exception fault) => fault is SqliteException sqlite && sqlite.SqliteErrorCode
        is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_NOMEM or SQLitePCL.raw.SQLITE_BUSY
        or SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_INTERRUPT;

    private static string Explain(Exception fault) => fault is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL }
        ? "The bridge's disk is full; nothing was stored."
        : $"The store cannot commit now: {fault.Message}";

    private void Rollback()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite had rolled back by itself.
        }
    }

    private abstract class Request(CancellationToken cancellationToken)
    {
        public bool Cancelled => cancellationToken.IsCancellationRequested;

        protected CancellationToken Token => cancellationToken;

        public abstract void Run(SqliteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception fault);
    }

    private sealed class Request<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) : Request(cancellationToken)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private bool _ran;

        public Task<T> Task => _done.Task;

        public override void Run(SqliteSession session)
        {
            _result = work(session);
            _ran = true;
        }

        public override void Complete()
        {
            if (_ran) _done.TrySetResult(_result!);
            else _done.TrySetCanceled(Token);
        }

        public override void Fail(Exception fault) => _done.TrySetException(fault);
    }
}
