using System.Device.Pwm;
using Devices.Terminal.Drivers.Bus;
using nanoFramework.Hardware.Esp32;

namespace Devices.Terminal.Chip;

/// <summary>A pin on one of the chip's PWM channels (LEDC); channels that share a timer share their frequency, so each gets a function of its own.</summary>
internal sealed class ChipPwm : IPwmOut
{
    private readonly PwmChannel _channel;
    private int _hertz;
    private bool _on;

    public ChipPwm(int pin, DeviceFunction function, int hertz)
    {
        Configuration.SetPinFunction(pin, function);
        _hertz = hertz;
        _channel = PwmChannel.CreateFromPin(pin, hertz, 0);
    }

    public void Set(int hertz, int permille)
    {
        if (permille <= 0)
        {
            if (_on)
            {
                _on = false;
                _channel.Stop();
            }

            return;
        }

        if (hertz != _hertz)
        {
            _hertz = hertz;
            _channel.Frequency = hertz;
        }

        _channel.DutyCycle = permille / 1000.0;
        if (!_on)
        {
            _on = true;
            _channel.Start();
        }
    }
}
