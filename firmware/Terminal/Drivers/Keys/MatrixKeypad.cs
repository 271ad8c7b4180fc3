using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Keys;

/// <summary>
/// De-bounces a matrix of keys by time. Without diodes, three keys pressed at three corners of a rectangle make the fourth appear (ghosting),
/// so two keys at once are taken (fast typing rolls over) and three are not, until all are released. No key repeats.
/// </summary>
public sealed class MatrixKeypad : IKeypad, IPartHealth
{
    /// <summary>A pattern counts once it has stood this long, ms.</summary>
    public const int StableMs = 30;

    /// <summary>A key held this long is stuck, ms.</summary>
    public const int StuckMs = 30000;

    private const string Keys = "123456789*0#";
    private const string Remedy = "Check the keypad's I2C expander PCF8574 (address 20 hex); cards and faces work meanwhile.";

    private readonly IKeyMatrix _matrix;
    private readonly DriverHealth _health = new DriverHealth("keypad");
    private int _raw;
    private long _rawMs;
    private int _held;
    private long _heldMs;
    private int _waiting;
    private bool _blocked;

    public MatrixKeypad(IKeyMatrix matrix)
    {
        _matrix = matrix;
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public char Poll(long nowMs)
    {
        if (_health.MayTry(nowMs))
        {
            BusResult result = _matrix.Scan(out int closed);
            if (result != BusResult.Ok)
            {
                // What was held when the bus broke is not a key pressed when it comes back.
                _raw = 0;
                _held = 0;
                _blocked = true;
                _health.Failed(result, Remedy, nowMs);
                return '\0';
            }

            Take(closed, nowMs);
        }

        for (int i = 0; i < Keys.Length; i++)
        {
            if ((_waiting & (1 << i)) != 0)
            {
                _waiting &= ~(1 << i);
                return Keys[i];
            }
        }

        return '\0';
    }

    private static int Count(int mask)
    {
        int count = 0;
        for (; mask != 0; mask &= mask - 1)
        {
            count++;
        }

        return count;
    }

    private void Take(int closed, long nowMs)
    {
        if (closed != _raw)
        {
            _raw = closed;
            _rawMs = nowMs;
        }

        if (nowMs - _rawMs >= StableMs && _raw != _held)
        {
            int pressed = _raw & ~_held;
            _blocked = _raw != 0 && (_blocked || Count(_raw) > 2);
            _waiting |= _blocked ? 0 : pressed;
            _held = _raw;
            _heldMs = nowMs;
        }
        else if (_raw == 0 && _held == 0 && nowMs - _rawMs >= StableMs)
        {
            _blocked = false;
        }

        if (_held != 0 && nowMs - _heldMs >= StuckMs)
        {
            _health.Note(PartFaultKind.Stuck, "A key has been down for half a minute; look for dirt or a bent frame.");
        }
        else
        {
            _health.Well();
        }
    }
}
