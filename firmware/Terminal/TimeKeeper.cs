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

    /// <summary>Takes the board's time and the site's offset; true when the time is trusted.</summary>
    /// <param name="ageMostMs">How old the message can be at most, ms: packets are lost and held back, and the MCU itself may have stood still.</param>
    public bool Take(TimeMessage message, long nowMs, long ageMostMs)
    {
        OffsetMinutes = message.OffsetMinutes;
        if (!message.Trusted || message.Now <= 0)
        {
            _known = false;
            return false;
        }

        TakeWord(message.Now, message.UncertaintyMs, nowMs, ageMostMs);
        return true;
    }

    /// <summary>
    /// Takes the board's time where it is surer than what is known, and also where what is known cannot be true beside it. It was right at some
    /// moment of <paramref name="ageMostMs"/> before now: the middle of them counts.
    /// </summary>
    public void TakeWord(long boardMs, long uncertaintyMs, long nowMs, long ageMostMs)
    {
        long half = (ageMostMs + 1) / 2;
        long wall = boardMs + half;
        long uncertainty = uncertaintyMs + half;
        if (_known && UncertaintyMs(nowMs) <= uncertainty)
        {
            long apart = _anchorMs + nowMs - wall;
            if (apart <= UncertaintyMs(nowMs) + uncertainty && -apart <= UncertaintyMs(nowMs) + uncertainty)
            {
                return;
            }
        }

        Set(wall, uncertainty, nowMs, true);
    }

    /// <summary>Takes the RTC's time where it is surer than what is known.</summary>
    public bool TakeRtc(long epochMs, long uncertaintyMs, long nowMs)
    {
        if (_known && UncertaintyMs(nowMs) <= uncertaintyMs)
        {
            return false;
        }

        Set(epochMs, uncertaintyMs, nowMs, false);
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

    private void Set(long wallMs, long uncertaintyMs, long nowMs, bool fromBoard)
    {
        _known = true;
        _fromBoard = fromBoard;
        _anchorMs = wallMs - nowMs;
        _setMs = nowMs;
        _uncertaintyMs = uncertaintyMs;
    }
}
