using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// TPS3823-33 at WDI (SLVS165): no watchdog while the input floats; after its first edge a reset whenever 0.9 s pass without another, the shortest
/// time-out that the datasheet allows for.
/// </summary>
public sealed class SimTps3823(SimTime time) : IPinOutput
{
    private bool? _level;
    private long _edgeMs;

    public int Resets { get; private set; }

    public int Edges { get; private set; }

    public void Set(bool high)
    {
        Step();
        if (_level != high)
        {
            _level = high;
            _edgeMs = time.Now;
            Edges++;
        }
    }

    public void Step()
    {
        if (_level is not null && time.Now - _edgeMs > 900)
        {
            Resets++;
            _edgeMs = time.Now;
        }
    }
}
