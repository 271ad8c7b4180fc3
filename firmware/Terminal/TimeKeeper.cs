using Devices.Link;

namespace Devices.Terminal;

/// <summary>
/// The wall clock as an anchor on the monotonic one. It's trusted only from the board's word, and for a day: the crystal drifts about
/// 2 s in that time. While it isn't trusted, punches carry 0 and the board computes their time from the uptime.
/// </summary>
public sealed class TimeKeeper
{
    private const long TrustMs = 24L * 3600 * 1000;

    private bool _trusted;
    private long _anchorMs;
    private long _setMs;

    /// <summary>The site's offset from UTC in minutes, for the screen.</summary>
    public int OffsetMinutes { get; private set; }

    /// <summary>Takes the board's time; true when it's trusted.</summary>
    public bool Take(TimeMessage message, long nowMs)
    {
        OffsetMinutes = message.OffsetMinutes;
        _trusted = message.Trusted && message.Now > 0;
        _anchorMs = message.Now - nowMs;
        _setMs = nowMs;
        return _trusted;
    }

    /// <summary>Ms since the Unix epoch, or 0 while not trusted.</summary>
    public long Wall(long nowMs)
    {
        return _trusted && nowMs - _setMs < TrustMs ? _anchorMs + nowMs : 0;
    }
}
