using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Presence;

/// <summary>Somebody is present when something is nearer than a limit; they have left when nothing is nearer than the limit and a margin for a while.</summary>
public sealed class DistancePresence : IPresenceSensor
{
    public const int MarginMm = 200;
    public const int NearForMs = 100;
    public const int AwayForMs = 1500;

    private readonly IDistanceSensor _sensor;
    private readonly int _limitMm;
    private bool _present;
    private bool _turning;
    private long _turningMs;

    public DistancePresence(IDistanceSensor sensor, int limitMm)
    {
        _sensor = sensor;
        _limitMm = limitMm;
    }

    public bool IsPresent(long nowMs)
    {
        int distance = _sensor.Millimetres(nowMs);
        bool near = distance >= 0 && distance < (_present ? _limitMm + MarginMm : _limitMm);
        if (near == _present)
        {
            _turning = false;
            return _present;
        }

        if (!_turning)
        {
            _turning = true;
            _turningMs = nowMs;
        }
        else if (nowMs - _turningMs >= (near ? NearForMs : AwayForMs))
        {
            _turning = false;
            _present = near;
        }

        return _present;
    }
}
