using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using Devices.Bridge.Telemetry;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// The only thread that writes. It takes waiting requests off a bounded channel, runs each in a savepoint of one transaction, commits
/// once for all and only then completes them: many terminals share one fsync, and a completed task means durable. Work that is
/// <see cref="WriteRequest.Sure"/> has no savepoint, which costs a copy of every page that it changes; where it throws nevertheless,
/// the whole transaction is undone and run again with savepoints for all.
/// <para>
/// Where the connection is lost while COMMIT is under way, nobody knows yet whether it arrived. Such a group is neither completed nor
/// failed until a new connection has told: a lease that is told "failed" and stands in the database would never be worked off.
/// </para>
/// </summary>
internal sealed class GroupCommitWriter : IAsyncDisposable
{
    private const int MaxGroup = 256;
    private const int MaxWaiting = 4096;
    private const int MaxAttempts = 4;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly WriterLink _link;
    private readonly Channel<WriteRequest> _requests = Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<bool>? _wait;
    private long _number;
    private List<WriteRequest>? _doubtful;

    public GroupCommitWriter(WriterLink link)
    {
        _link = link;
        _thread = new Thread(Loop) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>Requests that wait for the group in hand.</summary>
    public int Waiting => _requests.Reader.Count;

    public async Task<T> RunAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken, bool sure = false)
    {
        ArgumentNullException.ThrowIfNull(work);
        WriteRequest<T> request = new(work, cancellationToken) { Sure = sure };
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
        List<WriteRequest> group = [];
        while (Next() is { } more)
        {
            if (!more) break;
            group.Clear();
            while (group.Count < MaxGroup && _requests.Reader.TryRead(out WriteRequest? request)) group.Add(request);
            if (!Ready()) Fail(group, new StoreUnavailableException(_link.Why));
            else if (group.Count > 0) Commit(group);
        }
        if (_doubtful is not null && !Ready())
            Fail(_doubtful, new StoreUnavailableException("The connection to the database was lost during a commit, and the bridge stopped before it could learn whether it arrived."));
        _link.End();
        _stopped.SetResult();
    }

    /// <summary>True where there may be requests or it is time to try the connection again, false where there will be none.</summary>
    private bool? Next()
    {
        _wait ??= _requests.Reader.WaitToReadAsync().AsTask();
        // Blocking on purpose: this thread does nothing else, and fsync would block a pool thread anyway.
        if (_doubtful is not null && !_wait.Wait(Look)) return true;
        bool more = _wait.GetAwaiter().GetResult();
        _wait = null;
        return more;
    }

    private bool Ready()
    {
        try
        {
            if (!_link.Ready()) return false;
            if (_doubtful is null) return true;
            bool arrived = _link.Arrived(_number);
            List<WriteRequest> settled = _doubtful;
            _doubtful = null;
            if (arrived)
                foreach (WriteRequest request in settled) request.Complete();
            else Fail(settled, new StoreUnavailableException("The connection to the database was lost before the commit arrived; nothing was stored."));
            return true;
        }
        catch (DbException fault)
        {
            _link.Lose(fault);
            return false;
        }
    }

    private void Commit(List<WriteRequest> group)
    {
        long began = Stopwatch.GetTimestamp();
        bool done = CommitGroup(group);
        BridgeMeters.Commit(Stopwatch.GetElapsedTime(began), group.Count, done);
        if (done) _link.Committed();
    }

    /// <summary>True where it is committed; false where it failed, or nobody knows yet.</summary>
    private bool CommitGroup(List<WriteRequest> group)
    {
        bool trusting = true;
        for (int attempt = 1; ; attempt++)
        {
            if (!Begin(group)) return false;
            SqlSession session = _link.Session;
            _number++;
            bool committing = false;
            try
            {
                foreach (WriteRequest request in group) Attempt(session, request, alone: !(trusting && request.Sure));
                _link.Mark(_number);
                committing = true;
                session.Execute("COMMIT");
            }
            catch (Exception fault)
            {
                if (!Lost(session, fault))
                {
                    Rollback(session);
                    if (trusting && !committing && session.Dialect.Reach(fault) == FaultReach.Work && Ready())
                    {
                        trusting = false;
                        attempt--;
                        continue;
                    }
                    // Two bridges may each wait for a row of the other's; the database undoes one of the two, and its turn comes again.
                    if (attempt < MaxAttempts && session.Dialect.Again(fault) && Ready()) continue;
                    _link.Refused(fault);
                }
                else
                {
                    _link.Lose(fault);
                    if (committing)
                    {
                        _doubtful = [.. group];
                        return false;
                    }
                }
                Fail(group, new StoreUnavailableException(session.Dialect.Explain(fault), fault));
                return false;
            }
            foreach (WriteRequest request in group) request.Complete();
            return true;
        }
    }

    /// <summary>Opens the transaction. A connection that died while idle shows itself here, where a new one can still take its place.</summary>
    private bool Begin(List<WriteRequest> group)
    {
        for (bool again = false; ; again = true)
        {
            SqlSession session = _link.Session;
            try
            {
                session.Execute(session.Dialect.Begin);
                return true;
            }
            catch (Exception fault)
            {
                bool lost = Lost(session, fault);
                if (lost) _link.Lose(fault);
                if (lost && !again && Ready()) continue;
                Fail(group, new StoreUnavailableException(session.Dialect.Explain(fault), fault));
                return false;
            }
        }
    }

    private static bool Lost(SqlSession session, Exception fault) =>
        session.Dialect.Reach(fault) == FaultReach.Connection || session.Connection.State != System.Data.ConnectionState.Open;

    private static void Attempt(SqlSession session, WriteRequest request, bool alone)
    {
        // One that failed for itself has been answered; run again it would be stored behind its caller's back.
        if (request.Settled) return;
        request.Reset();
        if (request.Cancelled) return;
        if (!alone)
        {
            request.Run(session);
            return;
        }
        session.Execute("SAVEPOINT one");
        try
        {
            request.Run(session);
            session.Execute("RELEASE SAVEPOINT one");
        }
        catch (Exception fault) when (session.Dialect.Reach(fault) == FaultReach.Work && !Lost(session, fault))
        {
            session.Execute("ROLLBACK TO SAVEPOINT one");
            session.Execute("RELEASE SAVEPOINT one");
            request.Fail(fault);
        }
    }

    private static void Fail(List<WriteRequest> group, Exception fault)
    {
        foreach (WriteRequest request in group) request.Fail(fault);
    }

    private void Rollback(SqlSession session)
    {
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (Exception fault)
        {
            // SQLite may have rolled back by itself. Elsewhere a connection that cannot even do this is of no use.
            _link.Lose(fault);
        }
    }
}
