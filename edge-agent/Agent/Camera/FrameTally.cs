namespace Devices.Edge.Agent.Camera;

/// <summary>Counts of good and refused frames. A refused frame is never silent: its reason is kept for the status page. Thread-safe.</summary>
public sealed class FrameTally
{
    private long _good;
    private long _refused;
    private volatile string? _lastReason;

    public long Good => Interlocked.Read(ref _good);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>One sentence, or null where none was refused.</summary>
    public string? LastReason => _lastReason;

    public void Accept() => Interlocked.Increment(ref _good);

    public void Refuse(string reason)
    {
        Interlocked.Increment(ref _refused);
        _lastReason = reason;
    }
}
