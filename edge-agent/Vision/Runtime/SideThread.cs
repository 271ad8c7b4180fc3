namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// A second thread for two model runs that do not need each other. Small networks gain little from two threads in one run, but two
/// of them at once take the time of the longer. The thread sleeps between runs. For one caller at a time.
/// </summary>
internal sealed class SideThread : IDisposable
{
    private readonly AutoResetEvent _go = new(false);
    private readonly AutoResetEvent _done = new(false);
    private Action? _work;
    private Exception? _fault;
    private Thread? _thread;
    private volatile bool _ends;

    /// <summary>Whether there is a processor for it.</summary>
    internal static bool IsWorthIt => Environment.ProcessorCount > 1;

    /// <summary>Both are done when this returns, also when one of them threw.</summary>
    /// <param name="there">Run by the second thread.</param>
    internal void Run(Action here, Action there)
    {
        if (_thread is null)
        {
            _thread = new Thread(Serve) { IsBackground = true, Name = "model" };
            _thread.Start();
        }

        _work = there;
        _go.Set();
        try
        {
            here();
        }
        finally
        {
            _done.WaitOne();
        }

        if (Interlocked.Exchange(ref _fault, null) is { } fault)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }
    }

    public void Dispose()
    {
        if (_thread is not null)
        {
            _ends = true;
            _go.Set();
            _thread.Join();
        }

        _go.Dispose();
        _done.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            _go.WaitOne();
            if (_ends)
            {
                return;
            }

            try
            {
                _work!();
            }
#pragma warning disable CA1031 // it is thrown on the caller's thread
            catch (Exception e)
#pragma warning restore CA1031
            {
                _fault = e;
            }

            _done.Set();
        }
    }
}
