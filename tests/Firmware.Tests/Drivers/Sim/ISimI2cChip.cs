namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>A chip on the simulated bus, byte by byte.</summary>
public interface ISimI2cChip
{
    int Address { get; }

    /// <summary>A (repeated) start with this chip's address; false: not acknowledged.</summary>
    bool Start(bool read);

    /// <summary>A byte written to it; false: not acknowledged.</summary>
    bool Write(byte value);

    byte Read();
}
