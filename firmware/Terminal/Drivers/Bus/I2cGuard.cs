namespace Devices.Terminal.Drivers.Bus;

/// <summary>The bus as drivers get it: one that stands still is freed once and the transfer tried once more. No other repetition here.</summary>
public sealed class I2cGuard : II2cBus
{
    private readonly II2cBus _bus;
    private readonly II2cLines _lines;

    public I2cGuard(II2cBus bus, II2cLines lines)
    {
        _bus = bus;
        _lines = lines;
    }

    /// <summary>How often the bus had to be freed since boot.</summary>
    public int Recoveries { get; private set; }

    public BusResult Write(int address, byte[] data, int count)
    {
        BusResult result = _bus.Write(address, data, count);
        return result == BusResult.Stuck && Freed() ? _bus.Write(address, data, count) : result;
    }

    public BusResult Read(int address, byte[] data, int count)
    {
        BusResult result = _bus.Read(address, data, count);
        return result == BusResult.Stuck && Freed() ? _bus.Read(address, data, count) : result;
    }

    public BusResult WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        BusResult result = _bus.WriteRead(address, write, writeCount, read, readCount);
        return result == BusResult.Stuck && Freed() ? _bus.WriteRead(address, write, writeCount, read, readCount) : result;
    }

    private bool Freed()
    {
        Recoveries++;
        return I2cRecovery.Free(_lines);
    }
}
