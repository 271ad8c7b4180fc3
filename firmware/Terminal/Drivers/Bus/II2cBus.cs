namespace Devices.Terminal.Drivers.Bus;

/// <summary>An I2C bus (NXP UM10204). Every call ends within the controller's own limit; none throws.</summary>
public interface II2cBus
{
    /// <summary>Writes <paramref name="count"/> bytes to a 7-bit address.</summary>
    BusResult Write(int address, byte[] data, int count);

    /// <summary>Reads without a write before it.</summary>
    BusResult Read(int address, byte[] data, int count);

    /// <summary>Writes, then a repeated start, then reads.</summary>
    BusResult WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount);
}
