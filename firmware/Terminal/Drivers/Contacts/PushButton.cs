using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Contacts;

/// <summary>A button to ground with a pull-up: one press a push, however long it is held; held for half a minute it is stuck.</summary>
public sealed class PushButton : IExitButton, IPartHealth
{
    public const int StuckMs = 30000;

    private readonly IPinInput _pin;
    private readonly StableInput _down = new StableInput();
    private readonly DriverHealth _health;
    private long _sinceMs;

    public PushButton(IPinInput pin, string name)
    {
        _pin = pin;
        _health = new DriverHealth(name);
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public bool TakePressed(long nowMs)
    {
        bool changed = _down.Sample(!_pin.IsHigh, nowMs);
        if (changed)
        {
            _sinceMs = nowMs;
            _health.Well();
        }
        else if (_down.Level && nowMs - _sinceMs >= StuckMs)
        {
            _health.Note(PartFaultKind.Stuck, "It has been down for half a minute; free it or look for a short in its cable.");
        }

        return changed && _down.Level;
    }
}
