using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Presence;

/// <summary>
/// A PIR module (AM312, HC-SR501): its output is high while it sees movement. It triggers at random for its first half minute of power,
/// which is left out; an output that stays high for half an hour is a fault, because these modules re-trigger for minutes at most.
/// </summary>
public sealed class PirSensor : IPresenceSensor, IPartHealth
{
    public const int WarmUpMs = 30000;
    public const int StuckMs = 1800000;

    private readonly IPinInput _pin;
    private readonly StableInput _stable = new StableInput();
    private readonly DriverHealth _health = new DriverHealth("presence sensor");
    private long _sinceMs;

    public PirSensor(IPinInput pin)
    {
        _pin = pin;
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public bool IsPresent(long nowMs)
    {
        if (_stable.Sample(_pin.IsHigh, nowMs))
        {
            _sinceMs = nowMs;
        }

        if (_stable.Level && nowMs - _sinceMs >= StuckMs)
        {
            // Better a camera that is always awake than one that sleeps before people: the level is still passed on.
            _health.Note(PartFaultKind.Stuck, "Its output has been high for half an hour; look for a heater or sunlight in its view, or a broken module.");
        }
        else
        {
            _health.Well();
        }

        return _stable.Level && nowMs >= WarmUpMs;
    }
}
