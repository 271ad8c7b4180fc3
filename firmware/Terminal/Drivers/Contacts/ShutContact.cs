using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Contacts;

/// <summary>What closes to ground while a door or the case is shut, so that a cut wire reads as open: the reed contact at the leaf, the switch behind the case.</summary>
public sealed class ShutContact : IDoorContact, ITamperSwitch
{
    private readonly IPinInput _pin;
    private readonly StableInput _open = new StableInput();

    public ShutContact(IPinInput pin)
    {
        _pin = pin;
    }

    public bool IsOpen(long nowMs)
    {
        // De-bouncing starts from "shut": what stands open at boot is found StableMs later.
        _open.Sample(_pin.IsHigh, nowMs);
        return _open.Level;
    }
}
