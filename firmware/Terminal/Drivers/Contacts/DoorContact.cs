using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Contacts;

/// <summary>A reed contact at the door leaf that closes to ground while the door is shut, so that a cut wire reads as open.</summary>
public sealed class DoorContact : IDoorContact
{
    private readonly IPinInput _pin;
    private readonly StableInput _open = new StableInput();

    public DoorContact(IPinInput pin)
    {
        _pin = pin;
    }

    public bool IsOpen(long nowMs)
    {
        // De-bouncing starts from "shut": a door that stands open at boot is found StableMs later.
        _open.Sample(_pin.IsHigh, nowMs);
        return _open.Level;
    }
}
