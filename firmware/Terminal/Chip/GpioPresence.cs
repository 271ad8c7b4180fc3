using System.Device.Gpio;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>A PIR module (HC-SR501, AM312): its output is high while it sees movement.</summary>
internal sealed class GpioPresence : IPresenceSensor
{
    private readonly GpioInput _input;

    public GpioPresence(GpioController gpio)
    {
        _input = new GpioInput(gpio, Pins.Presence, true);
    }

    public bool IsPresent(long nowMs)
    {
        _input.Sample(nowMs);
        return _input.IsActive;
    }
}
