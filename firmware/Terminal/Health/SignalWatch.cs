using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Health;

/// <summary>
/// Has the Wi-Fi's strength measured now and then, for the doctor: only while nobody is there and nothing waits, since the radio listens on the
/// other channels meanwhile (13 of them, half a second each: the link stays, answers come up to half a second late).
/// </summary>
public sealed class SignalWatch
{
    /// <summary>After the start, so that what the boot has to tell comes first.</summary>
    public const int FirstMs = 120000;

    public const int EveryMs = 3600000;

    /// <summary>A measurement that was not possible, or not answered, is tried again after this long.</summary>
    public const int AgainMs = 300000;

    /// <summary>Nobody, and nothing to send, for so long.</summary>
    public const int QuietMs = 30000;

    private readonly ISignalMeter? _meter;
    private long _nextMs = FirstMs;
    private long _busyMs;

    public SignalWatch(ISignalMeter? meter)
    {
        _meter = meter;
    }

    /// <summary>dBm as measured last; <see cref="StatusMessage.NotMeasured"/> before the first.</summary>
    public int Dbm { get; private set; } = StatusMessage.NotMeasured;

    /// <summary><paramref name="busy"/>: somebody is there, or something waits for the board.</summary>
    public void Step(bool busy, long nowMs)
    {
        if (_meter == null)
        {
            return;
        }

        if (busy)
        {
            _busyMs = nowMs;
        }

        int dbm = _meter.TakeDbm();
        if (dbm < 0)
        {
            Dbm = dbm < -127 ? -127 : dbm;
            _nextMs = nowMs + EveryMs;
        }

        if (nowMs >= _nextMs && nowMs - _busyMs >= QuietMs)
        {
            _nextMs = nowMs + AgainMs;
            _meter.Measure();
        }
    }
}
