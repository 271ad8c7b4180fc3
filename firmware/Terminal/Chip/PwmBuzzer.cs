using System.Device.Pwm;
using Devices.Terminal.Parts;
using nanoFramework.Hardware.Esp32;

namespace Devices.Terminal.Chip;

/// <summary>A passive piezo on a PWM channel at half duty.</summary>
internal sealed class PwmBuzzer : IBuzzer
{
    private readonly PwmChannel _channel;
    private bool _on;

    public PwmBuzzer()
    {
        Configuration.SetPinFunction(Pins.Buzzer, DeviceFunction.PWM1);
        _channel = PwmChannel.CreateFromPin(Pins.Buzzer, 2000, 0.5);
    }

    public void On(int hertz)
    {
        _channel.Frequency = hertz;
        if (!_on)
        {
            _on = true;
            _channel.Start();
        }
    }

    public void Off()
    {
        if (_on)
        {
            _on = false;
            _channel.Stop();
        }
    }
}
