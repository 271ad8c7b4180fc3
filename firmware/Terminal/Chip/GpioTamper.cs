using System.Device.Gpio;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>The case switch closes to ground while the case is shut, so a cut wire reads as open.</summary>
internal sealed class GpioTamper : ITamperSwitch
{
    private readonly GpioInput _input;

    public GpioTamper(GpioController gpio)
    {
        _input = new GpioInput(gpio, Pins.Tamper, false);
    }

    public bool IsOpen(long nowMs)
    {
        _input.Sample(nowMs);

        // De-bouncing starts from "not closed"; in the first moments after boot that is not yet a finding.
        return !_input.IsActive && nowMs > 2000;
    }
}
