using Devices.Link;

namespace Devices.Terminal;

/// <summary>
/// The wall clock as an anchor on the monotonic one, with how far it may be off. Anchors come from the board's word or from the RTC.
/// Punches are stamped with it only while it is surely within <see cref="MostStampMs"/>; else they carry 0 and the board computes their time
/// from the uptime.
/// </summary>
public sealed class TimeKeeper
{
    /// <summary>Largest uncertainty with which a punch is stamped. The board takes a stamp for up to 19 s off (its CardTime).</summary>
    public const long MostStampMs = 15000;

    /// <summary>Drift of the chip's crystal that is reckoned with, parts per million; the same figure as the board's.</summary>
    public const long DriftPpm = 200;

    private bool _known;
    private bool _fromBoard;
    private long _anchorMs;
    private long _setMs;
    private long _uncertaintyMs;

    /// <summary>The site's offset from UTC in minutes, for the screen.</summary>
    public int OffsetMinutes { get; set; }

    /// <summary>Whether the present anchor is the board's word (and not the RTC's).</summary>
    public bool FromBoard
    {
        get { return _known && _fromBoard; }
    }

    /// <summary>Takes the board's time; true when it's trusted.</summary>
    public bool Take(TimeMessage message, long nowMs)
    {
        OffsetMinutes = message.OffsetMinutes;
        _known = message.Trusted && message.Now > 0;
        _fromBoard = true;
        _anchorMs = message.Now - nowMs;
        _setMs = nowMs;

        // The message was on its way for at most the link's own limit of silence, and nearly always for some ms.
        _uncertaintyMs = message.UncertaintyMs + 500;
        return _known;
    }

    /// <summary>Takes the RTC's time where it is surer than what is known.</summary>
    public bool TakeRtc(long epochMs, long uncertaintyMs, long nowMs)
    {
        if (_known && UncertaintyMs(nowMs) <= uncertaintyMs)
        {
            return false;
        }

        _known = true;
        _fromBoard = false;
        _anchorMs = epochMs - nowMs;
        _setMs = nowMs;
        _uncertaintyMs = uncertaintyMs;
        return true;
    }

    /// <summary>How far the clock may be off now, ms, or -1 where no time is known.</summary>
    public long UncertaintyMs(long nowMs)
    {
        return _known ? _uncertaintyMs + ((nowMs - _setMs) * DriftPpm / 1000000) : -1;
    }

    /// <summary>Ms since the Unix epoch, or 0 while not sure enough.</summary>
    public long Wall(long nowMs)
    {
        return _known && UncertaintyMs(nowMs) <= MostStampMs ? _anchorMs + nowMs : 0;
    }
}
