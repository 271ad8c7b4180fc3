using System.Device.Gpio;
using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Chip;

/// <summary>A GPIO as output.</summary>
internal sealed class ChipPinOutput : IPinOutput
{
    private readonly GpioPin _pin;

    public ChipPinOutput(GpioController gpio, int pin)
    {
        _pin = gpio.OpenPin(pin, PinMode.Output);
    }

    public void Set(bool high)
    {
        _pin.Write(high ? PinValue.High : PinValue.Low);
    }
}
