using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Signals;

/// <summary>
/// Three LEDs with a common cathode on three PWM channels. Squared, because the eye sees brightness so. Not the WS2812 on the development
/// boards: its 1.25 µs pulses need the chip's RMT, whose library is not among those the firmware is compiled against.
/// </summary>
public sealed class PwmRgbLed : IRgbLed
{
    private const int Hertz = 1000;

    private readonly IPwmOut _red;
    private readonly IPwmOut _green;
    private readonly IPwmOut _blue;
    private int _shown = -1;

    public PwmRgbLed(IPwmOut red, IPwmOut green, IPwmOut blue)
    {
        _red = red;
        _green = green;
        _blue = blue;
        Show(0);
    }

    public void Show(int rgb)
    {
        if (rgb == _shown)
        {
            return;
        }

        _shown = rgb;
        _red.Set(Hertz, Duty(rgb >> 16));
        _green.Set(Hertz, Duty(rgb >> 8));
        _blue.Set(Hertz, Duty(rgb));
    }

    private static int Duty(int value)
    {
        int level = value & 0xFF;
        return ((level * level * 1000) + 32512) / 65025;
    }
}
