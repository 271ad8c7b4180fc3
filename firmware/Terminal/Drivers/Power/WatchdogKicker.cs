using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Power;

/// <summary>
/// Kicks a TPS3823-33 (SLVS165, time-out 0.9 s at least, 1.6 s typically) or a MAX6369 set to 1 s or more (19-1676): every edge at WDI starts
/// its time anew. Both leave the chip alone while WDI floats, so flashing and the seconds before <c>Main</c> are safe. An edge at most every
/// <see cref="EveryMs"/>.
/// </summary>
public sealed class WatchdogKicker : IWatchdogChip
{
    public const int EveryMs = 200;

    private readonly IPinOutput _wdi;
    private bool _high;
    private long _lastMs = long.MinValue / 2;

    public WatchdogKicker(IPinOutput wdi)
    {
        _wdi = wdi;
    }

    public void Kick(long nowMs)
    {
        if (nowMs - _lastMs < EveryMs)
        {
            return;
        }

        _lastMs = nowMs;
        _high = !_high;
        _wdi.Set(_high);
    }
}
