namespace Devices.Terminal;

/// <summary>
/// De-bounces a polled contact: a new level counts once it has stood for <see cref="StableMs"/>. Polled, because the chip's edge
/// events get lost or stop (nanoframework/Home#570, #879, #1332).
/// </summary>
public sealed class StableInput
{
    public const int StableMs = 30;

    private bool _raw;
    private long _sinceMs;

    /// <summary>The de-bounced level.</summary>
    public bool Level { get; private set; }

    /// <summary>Takes one sample; true when the de-bounced level has just changed.</summary>
    public bool Sample(bool raw, long nowMs)
    {
        if (raw != _raw)
        {
            _raw = raw;
            _sinceMs = nowMs;
        }

        if (_raw == Level || nowMs - _sinceMs < StableMs)
        {
            return false;
        }

        Level = _raw;
        return true;
    }
}
