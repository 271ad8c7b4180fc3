using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>A PWM output.</summary>
public sealed class SimPwm : IPwmOut
{
    public int Hertz { get; private set; }

    public int Permille { get; private set; } = -1;

    public int Calls { get; private set; }

    public void Set(int hertz, int permille)
    {
        Hertz = hertz;
        Permille = permille;
        Calls++;
    }
}
