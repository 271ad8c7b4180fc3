using System;
using System.Device.Gpio;
using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Chip;

/// <summary>
/// A GPIO whose edges are taken as events, without the chip's own de-bouncing, which would swallow pulses of 50 µs. The time is that of the
/// event's arrival in managed code. Events may get lost (nanoframework/Home#570, #1332); what is put together from them has to be checked.
/// </summary>
internal sealed class ChipPinEdges : IPinEdges
{
    private readonly GpioPin _pin;
    private IEdgeSink? _sink;

    public ChipPinEdges(GpioController gpio, int pin)
    {
        _pin = gpio.OpenPin(pin, PinMode.InputPullUp);
    }

    public bool IsHigh
    {
        get { return _pin.Read().Equals(PinValue.High); }
    }

    public void Listen(IEdgeSink sink)
    {
        // Anew: events of an ESP32's pin have been seen to stop for good (nanoframework/Home#570).
        _pin.ValueChanged -= Changed;
        _sink = sink;
        _pin.ValueChanged += Changed;
    }

    private void Changed(object sender, PinValueChangedEventArgs e)
    {
        IEdgeSink? sink = _sink;
        if (sink != null)
        {
            sink.Edge(e.ChangeType == PinEventTypes.Rising, Environment.TickCount64);
        }
    }
}
