using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Remembers the relay's position and counts its pulses.</summary>
public sealed class HostRelay(ISystem system) : IDoorRelay
{
    private int _pulses;

    public bool IsOpen { get; private set; }

    /// <summary>Times the door was released since boot.</summary>
    public int Pulses => Volatile.Read(ref _pulses);

    public void Set(bool open)
    {
        if (open && !IsOpen)
        {
            Interlocked.Increment(ref _pulses);
            system.Log("door released");
        }
        else if (!open && IsOpen)
        {
            system.Log("door locked");
        }

        IsOpen = open;
    }
}
