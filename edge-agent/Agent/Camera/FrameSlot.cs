namespace Devices.Edge.Agent.Camera;

/// <summary>
/// Hands frames from camera to recognition: room for exactly one, the newest wins, the one it replaces goes back to the pool.
/// A queue would grow when recognition is slower than the camera, and people would be recognised late.
/// One writer and one reader.
/// </summary>
public sealed class FrameSlot : IDisposable
{
    private readonly SemaphoreSlim _filled = new(0, 1);
    private readonly Lock _lock = new();
    private CameraFrame? _frame;
    private bool _disposed;
    private long _replaced;

    /// <summary>Frames that were replaced before anybody looked at them.</summary>
    public long Replaced => Interlocked.Read(ref _replaced);

    public void Put(CameraFrame frame)
    {
        CameraFrame? old;
        lock (_lock)
        {
            if (_disposed)
            {
                frame.Dispose();
                return;
            }

            old = _frame;
            _frame = frame;
            if (old is null) _filled.Release();
        }

        if (old is null) return;
        Interlocked.Increment(ref _replaced);
        old.Dispose();
    }

    /// <summary>The newest frame, or null where none came within <paramref name="wait"/>.</summary>
    public async Task<CameraFrame?> TakeAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!await _filled.WaitAsync(wait, cancellationToken).ConfigureAwait(false)) return null;
        lock (_lock)
        {
            CameraFrame? frame = _frame;
            _frame = null;
            return frame;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _frame?.Dispose();
            _frame = null;
        }

        _filled.Dispose();
    }
}
