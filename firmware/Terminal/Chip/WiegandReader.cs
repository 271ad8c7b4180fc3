using System;
using System.Device.Gpio;
using Devices.Terminal.Cards;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>
/// A Wiegand reader on two pins (5 V outputs need a divider: hardware/wiring.md). Falling edges are taken as events without the
/// chip's own de-bouncing, which would swallow 50 µs pulses; the decoder refuses whatever is not exactly a frame.
/// </summary>
internal sealed class WiegandReader : ICardReader
{
    private readonly WiegandDecoder _decoder = new WiegandDecoder();
    private readonly GpioPin _d0;
    private readonly GpioPin _d1;
    private bool _damaged;

    public WiegandReader(GpioController gpio)
    {
        _d0 = gpio.OpenPin(Pins.WiegandD0, PinMode.InputPullUp);
        _d1 = gpio.OpenPin(Pins.WiegandD1, PinMode.InputPullUp);
        _d0.ValueChanged += Zero;
        _d1.ValueChanged += One;
    }

    public string? Poll(long nowMs)
    {
        WiegandResult result = _decoder.Poll(nowMs, out string uid);
        if (result == WiegandResult.Damaged)
        {
            _damaged = true;
        }

        return result == WiegandResult.Card ? uid : null;
    }

    public bool TakeDamaged()
    {
        bool damaged = _damaged;
        _damaged = false;
        return damaged;
    }

    private void Zero(object sender, PinValueChangedEventArgs e)
    {
        if (e.ChangeType == PinEventTypes.Falling)
        {
            _decoder.Pulse(0, Environment.TickCount64);
        }
    }

    private void One(object sender, PinValueChangedEventArgs e)
    {
        if (e.ChangeType == PinEventTypes.Falling)
        {
            _decoder.Pulse(1, Environment.TickCount64);
        }
    }
}
