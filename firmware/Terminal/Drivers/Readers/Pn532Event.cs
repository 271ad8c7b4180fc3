namespace Devices.Terminal.Drivers.Readers;

/// <summary>What a byte completed.</summary>
public enum Pn532Event
{
    None = 0,
    Ack = 1,
    Nack = 2,
    Frame = 3,

    /// <summary>A frame whose length or data check sum is wrong, or too long.</summary>
    Broken = 4,
}
