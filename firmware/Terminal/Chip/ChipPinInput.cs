using System.Device.Gpio;
using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Chip;

/// <summary>A GPIO as input.</summary>
internal sealed class ChipPinInput : IPinInput
{
    private readonly GpioPin _pin;

    public ChipPinInput(GpioController gpio, int pin, PinMode mode)
    {
        _pin = gpio.OpenPin(pin, mode);
    }

    public bool IsHigh
    {
        get { return _pin.Read().Equals(PinValue.High); }
    }
}
