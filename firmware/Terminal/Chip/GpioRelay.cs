using System.Device.Gpio;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>The door relay, high = released. Low from the first moment the pin is ours; a pull-down on the board covers the time before.</summary>
internal sealed class GpioRelay : IDoorRelay
{
    private readonly GpioPin _pin;

    public GpioRelay(GpioController gpio)
    {
        _pin = gpio.OpenPin(Pins.Relay, PinMode.Output);
        _pin.Write(PinValue.Low);
    }

    public void Set(bool open)
    {
        _pin.Write(open ? PinValue.High : PinValue.Low);
    }
}
