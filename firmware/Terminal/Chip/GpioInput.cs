using System.Device.Gpio;

namespace Devices.Terminal.Chip;

/// <summary>A contact on one pin, active low with the chip's pull-up, de-bounced.</summary>
internal sealed class GpioInput
{
    private readonly GpioPin _pin;
    private readonly bool _activeHigh;
    private readonly StableInput _stable = new StableInput();

    public GpioInput(GpioController gpio, int pin, bool activeHigh)
    {
        _pin = gpio.OpenPin(pin, activeHigh ? PinMode.InputPullDown : PinMode.InputPullUp);
        _activeHigh = activeHigh;
    }

    public bool IsActive
    {
        get { return _stable.Level; }
    }

    /// <summary>True when the contact has just become active.</summary>
    public bool Sample(long nowMs)
    {
        bool high = _pin.Read().Equals(PinValue.High);
        return _stable.Sample(high == _activeHigh, nowMs) && _stable.Level;
    }
}
