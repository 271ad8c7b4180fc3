namespace Devices.Standins.EspRom;

/// <summary>
/// The two transistors of a development board: RTS alone pulls EN low, DTR alone pulls IO0 low, both together neither. EN's capacitor lets it
/// rise a little later; IO0 is looked at then.
/// </summary>
public sealed class ResetCircuit(RomMachine machine) : IDisposable
{
    private const int RiseMilliseconds = 5;

    private readonly Lock _lock = new();
    private Timer? _rise;
    private bool _dtr, _rts;

    /// <summary>True where the board is wired the other way and never reaches its loader by the wires.</summary>
    public bool Broken { get; set; }

    public void Set(bool? dtr, bool? rts)
    {
        lock (_lock)
        {
            bool before = EnLow;
            _dtr = dtr ?? _dtr;
            _rts = rts ?? _rts;
            if (EnLow)
            {
                _rise?.Dispose();
                _rise = null;
            }
            else if (before)
            {
                _rise?.Dispose();
                _rise = new Timer(_ => Rise(), null, RiseMilliseconds, Timeout.Infinite);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock) _rise?.Dispose();
    }

    private bool EnLow => _rts && !_dtr;

    private void Rise()
    {
        bool loader;
        lock (_lock)
        {
            if (EnLow) return;
            loader = _dtr && !_rts && !Broken;
        }

        machine.Reset(loader);
    }
}
