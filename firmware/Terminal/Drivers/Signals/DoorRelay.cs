using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Signals;

/// <summary>The door relay, high = released. Low from the first moment the pin is ours; a pull-down on the board covers the time before.</summary>
public sealed class DoorRelay : IDoorRelay
{
    private readonly IPinOutput _pin;

    public DoorRelay(IPinOutput pin)
    {
        _pin = pin;
        _pin.Set(false);
    }

    public void Set(bool open)
    {
        _pin.Set(open);
    }
}
