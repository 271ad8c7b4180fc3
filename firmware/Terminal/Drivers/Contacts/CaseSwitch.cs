using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Contacts;

/// <summary>The switch behind the case: closed to ground while the case is shut, so that a cut wire reads as open.</summary>
public sealed class CaseSwitch : ITamperSwitch
{
    private readonly IPinInput _pin;
    private readonly StableInput _open = new StableInput();

    public CaseSwitch(IPinInput pin)
    {
        _pin = pin;
    }

    public bool IsOpen(long nowMs)
    {
        _open.Sample(_pin.IsHigh, nowMs);
        return _open.Level;
    }
}
