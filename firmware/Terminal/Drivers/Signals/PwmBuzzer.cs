using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Signals;

/// <summary>A passive piezo on a PWM channel at half duty.</summary>
public sealed class PwmBuzzer : IBuzzer
{
    private readonly IPwmOut _pwm;

    public PwmBuzzer(IPwmOut pwm)
    {
        _pwm = pwm;
        Off();
    }

    public void On(int hertz)
    {
        // The range a piezo disc and the LEDC timer both take; a melody's mistake must not stop the loop.
        int bounded = hertz < 100 ? 100 : hertz > 10000 ? 10000 : hertz;
        _pwm.Set(bounded, 500);
    }

    public void Off()
    {
        _pwm.Set(2000, 0);
    }
}
