namespace Devices.Terminal.Drivers.Bus;

/// <summary>How a transfer ended.</summary>
public enum BusResult
{
    Ok = 0,

    /// <summary>No acknowledge at the address.</summary>
    Nack = 1,

    /// <summary>The chip stopped acknowledging in the middle.</summary>
    Partial = 2,

    /// <summary>The clock was stretched too long or a line is held: the bus does not move.</summary>
    Stuck = 3,
}
