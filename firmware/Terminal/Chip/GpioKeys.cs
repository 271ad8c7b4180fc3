using System.Device.Gpio;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>The keys in and out and the exit button, each to ground.</summary>
internal sealed class GpioKeys : IKeys
{
    private readonly GpioInput _in;
    private readonly GpioInput _out;
    private readonly GpioInput _exit;

    public GpioKeys(GpioController gpio)
    {
        _in = new GpioInput(gpio, Pins.KeyIn, false);
        _out = new GpioInput(gpio, Pins.KeyOut, false);
        _exit = new GpioInput(gpio, Pins.KeyExit, false);
    }

    public KeyPress Poll(long nowMs)
    {
        bool inDown = _in.Sample(nowMs);
        bool outDown = _out.Sample(nowMs);
        bool exitDown = _exit.Sample(nowMs);
        return exitDown ? KeyPress.Exit : inDown ? KeyPress.In : outDown ? KeyPress.Out : KeyPress.None;
    }
}
