using System.Data.Common;
using System.Threading.Channels;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// The only thread that writes. It takes waiting requests off a bounded channel, runs each in a savepoint of one transaction, commits
/// once for all and only then completes them: many terminals share one fsync, and a completed task means durable.
/// </summary>
public sealed class GroupCommitWriter : IAsyncDisposable
{
    private const int MaxGroup = 256;
    private const int MaxWaiting = 4096;

    private readonly SqlSession _session;
    private readonly Action<SqlSession> _end;
    private readonly Channel<Request> _requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="session">The connection, from now on used by this thread only.</param>
    /// <param name="end">A last word on it after the last commit.</param>
    public GroupCommitWriter(SqlSession session, Action<SqlSession> end)
    {
        _session = session;
        _end = end;
        _thread = new Thread(Loop) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>Requests that wait for the group in hand.</summary>
    public int Waiting => _requests.Reader.Count;

    public async Task<T> RunAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken)
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
        _end(_session);
        _session.Dispose();
        _stopped.SetResult();
    }

    private void Commit(List<Request> group)
    {
        try
        {
            _session.Execute(_session.Dialect.Begin);
            foreach (Request request in group) Attempt(request);
            _session.Execute("COMMIT");
        }
        catch (Exception fault)
        {
            Rollback();
            StoreUnavailableException unavailable = new(_session.Dialect.Explain(fault), fault);
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
        catch (Exception fault) when (_session.Dialect.Reach(fault) == FaultReach.Work)
        {
            _session.Execute("ROLLBACK TO one");
            _session.Execute("RELEASE one");
            request.Fail(fault);
        }
    }

    private void Rollback()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (DbException)
        {
            // It was rolled back already, or the connection is gone and the server does it.
        }
    }

    private abstract class Request(CancellationToken cancellationToken)
    {
        public bool Cancelled => cancellationToken.IsCancellationRequested;

        protected CancellationToken Token => cancellationToken;

        public abstract void Run(SqlSession session);

        public abstract void Complete();

        public abstract void Fail(Exception fault);
    }

    private sealed class Request<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) : Request(cancellationToken)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private bool _ran;

        public Task<T> Task => _done.Task;

        public override void Run(SqlSession session)
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
