namespace Devices.Bridge.Store.Sql;

/// <summary>One caller's work on its way through the writer.</summary>
internal abstract class WriteRequest(CancellationToken cancellationToken)
{
    /// <summary>Work that answers what it does not like and does not throw.</summary>
    public bool Sure { get; init; }

    public bool Cancelled => cancellationToken.IsCancellationRequested;

    /// <summary>Whether its caller was answered already.</summary>
    public abstract bool Settled { get; }

    protected CancellationToken Token => cancellationToken;

    /// <summary>Forgets a run whose transaction was undone.</summary>
    public abstract void Reset();

    public abstract void Run(SqlSession session);

    public abstract void Complete();

    public abstract void Fail(Exception fault);
}

/// <inheritdoc/>
internal sealed class WriteRequest<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) : WriteRequest(cancellationToken)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private bool _ran;

    public Task<T> Task => _done.Task;

    public override bool Settled => _done.Task.IsCompleted;

    public override void Reset() => (_result, _ran) = (default, false);

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
