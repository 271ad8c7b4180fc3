using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>D/C or reset.</summary>
public sealed class SimPanelPin : IPinOutput
{
    private bool _rose;

    public bool Level { get; private set; } = true;

    public void Set(bool high)
    {
        _rose |= high && !Level;
        Level = high;
    }

    /// <summary>Whether it has risen since the last question.</summary>
    public bool Rose(out bool rose)
    {
        rose = _rose;
        _rose = false;
        return true;
    }
}
