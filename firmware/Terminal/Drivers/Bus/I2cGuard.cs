namespace Devices.Terminal.Drivers.Bus;

/// <summary>
/// The bus as drivers get it: one that stands still is freed once and the transfer tried once more. If that does not help, every transfer is
/// refused at once for <see cref="RestMs"/>: the controller's own time-out, which may be long, then costs the loop at most two of its
/// lengths in that time, however many chips hang on the bus.
/// </summary>
public sealed class I2cGuard : II2cBus
{
    public const int RestMs = 5000;

    private readonly II2cBus _bus;
    private readonly II2cLines _lines;
    private readonly ITicks _ticks;
    private long _notBeforeMs = long.MinValue;

    public I2cGuard(II2cBus bus, II2cLines lines, ITicks ticks)
    {
        _bus = bus;
        _lines = lines;
        _ticks = ticks;
    }

    /// <summary>How often the bus had to be freed since boot.</summary>
    public int Recoveries { get; private set; }

    public BusResult Write(int address, byte[] data, int count)
    {
        if (IsResting())
        {
            return BusResult.Stuck;
        }

        BusResult result = _bus.Write(address, data, count);
        return Ended(result == BusResult.Stuck && Freed() ? _bus.Write(address, data, count) : result);
    }

    public BusResult Read(int address, byte[] data, int count)
    {
        if (IsResting())
        {
            return BusResult.Stuck;
        }

        BusResult result = _bus.Read(address, data, count);
        return Ended(result == BusResult.Stuck && Freed() ? _bus.Read(address, data, count) : result);
    }

    public BusResult WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        if (IsResting())
        {
            return BusResult.Stuck;
        }

        BusResult result = _bus.WriteRead(address, write, writeCount, read, readCount);
        return Ended(result == BusResult.Stuck && Freed() ? _bus.WriteRead(address, write, writeCount, read, readCount) : result);
    }

    private bool IsResting()
    {
        return _ticks.NowMs < _notBeforeMs;
    }

    private bool Freed()
    {
        Recoveries++;
        return I2cRecovery.Free(_lines);
    }

    private BusResult Ended(BusResult result)
    {
        if (result == BusResult.Stuck)
        {
            _notBeforeMs = _ticks.NowMs + RestMs;
        }

        return result;
    }
}
