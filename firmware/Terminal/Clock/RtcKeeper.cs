using Devices.Terminal.Entries;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Clock;

/// <summary>
/// Keeps the battery clock from the board's trusted time, and gives its time back at boot with an honest uncertainty: what it was set with,
/// its whole seconds, and 5 ppm since then (DS3231: 2 ppm at 0 to 40 °C, 3.5 ppm at -40 to 85 °C, 1 ppm ageing a year; Maxim 19-5170).
/// When it was set, and how surely, stands in <see cref="FileName"/>; an RTC that somebody else set is not believed.
/// </summary>
public sealed class RtcKeeper
{
    public const string FileName = "rtc.set";

    private const int RecordLength = 24;
    private const long RtcPpm = 5;
    private const long RoundingMs = 1000;
    private const int SetEveryMs = 6 * 3600 * 1000;
    private const int ReadEveryMs = 3600 * 1000;

    private readonly IRtc? _rtc;
    private readonly IStorage _storage;
    private readonly TimeKeeper _time;
    private readonly ISystem _system;
    private readonly byte[] _record = new byte[RecordLength];
    private long _setMs = -1;
    private long _readMs;
    private long _setEpochMs;
    private long _setUncertaintyMs = -1;

    public RtcKeeper(IRtc? rtc, IStorage storage, TimeKeeper time, ISystem system)
    {
        _rtc = rtc;
        _storage = storage;
        _time = time;
        _system = system;
    }

    /// <summary>At boot: takes the RTC's time, if it can be believed.</summary>
    public void Start(long nowMs)
    {
        if (_rtc == null)
        {
            return;
        }

        byte[]? record = _storage.Read(FileName);
        if (record == null || record.Length != RecordLength || Number(record, 16) != Crc32.Of(record, 0, 16))
        {
            _system.Log("The clock chip was never set by this terminal's board; its time is not used.");
            return;
        }

        _setEpochMs = Number(record, 0);
        _setUncertaintyMs = Number(record, 8);
        Read(nowMs);
        if (_time.UncertaintyMs(nowMs) >= 0)
        {
            _system.Log("The time comes from the clock chip, to " + _time.UncertaintyMs(nowMs) + " ms.");
        }
    }

    public void Step(long nowMs)
    {
        if (_rtc == null)
        {
            return;
        }

        if (_time.FromBoard)
        {
            // Set near a full second, where the chip's whole seconds lose least.
            long wall = _time.Wall(nowMs);
            // Also where the first word after a start was much less sure than what is known by now.
            bool due = _setMs < 0 || nowMs - _setMs >= SetEveryMs || _setUncertaintyMs > _time.UncertaintyMs(nowMs) + RoundingMs;
            if (due && wall > 0 && wall % 1000 < 50)
            {
                Set(wall, nowMs);
            }
        }

        if (_setUncertaintyMs >= 0 && nowMs - _readMs >= ReadEveryMs)
        {
            // The battery clock keeps better time than the chip's crystal: while the board is away it becomes the surer one.
            Read(nowMs);
        }
    }

    private void Set(long wall, long nowMs)
    {
        _setMs = nowMs;
        long uncertainty = _time.UncertaintyMs(nowMs);
        Put(0, wall);
        Put(8, uncertainty);
        Put(16, Crc32.Of(_record, 0, 16));

        // The note first: should the power go between the two, the chip's older time is doubted and not believed too much.
        _storage.Delete(FileName);
        if (_rtc != null && _rtc.Set(wall) && _storage.Write(FileName, _record, RecordLength))
        {
            _setEpochMs = wall;
            _setUncertaintyMs = uncertainty;
        }
        else
        {
            _setUncertaintyMs = -1;
            _setMs = nowMs - SetEveryMs + 60000;
        }
    }

    private void Read(long nowMs)
    {
        _readMs = nowMs;
        if (_rtc == null || !_rtc.TryRead(out long epochMs) || epochMs < _setEpochMs - RoundingMs)
        {
            return;
        }

        long age = epochMs - _setEpochMs;
        _time.TakeRtc(epochMs, _setUncertaintyMs + RoundingMs + (age * RtcPpm / 1000000), nowMs);
    }

    private void Put(int at, long value)
    {
        for (int i = 0; i < 8; i++)
        {
            _record[at + i] = (byte)(value >> (8 * i));
        }
    }

    private static long Number(byte[] data, int at)
    {
        long value = 0;
        for (int i = 7; i >= 0; i--)
        {
            value = (value << 8) | data[at + i];
        }

        return value;
    }
}
