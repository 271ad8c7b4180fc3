using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Drivers.Keys;

/// <summary>The wires of a keypad of four rows and three columns.</summary>
public interface IKeyMatrix
{
    /// <summary>Which contacts seem closed: bit 3 × row + column. With three or more pressed, some may be ghosts.</summary>
    BusResult Scan(out int closed);
}
