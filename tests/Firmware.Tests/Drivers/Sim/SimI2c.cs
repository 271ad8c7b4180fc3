using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// An I2C bus with its controller and its two lines. Faults: addresses that do not acknowledge, a chip that stops in the middle, a chip that
/// holds SDA until it has had a number of clocks, and a held SCL.
/// </summary>
public sealed class SimI2c(params ISimI2cChip[] chips) : II2cBus, II2cLines
{
    private readonly Dictionary<int, ISimI2cChip> _chips = chips.ToDictionary(chip => chip.Address);
    private bool _taken;
    private bool _scl = true;
    private bool _sda = true;

    /// <summary>Transfers tried, so that endless ones are found.</summary>
    public int Transfers { get; private set; }

    /// <summary>Clocks the chip that holds SDA still needs before it lets go; 0: nobody holds it.</summary>
    public int SdaHeldFor { get; set; }

    public bool SclHeld { get; set; }

    /// <summary>All addresses are silent for this many transfers.</summary>
    public int NakNext { get; set; }

    /// <summary>The next write stops being acknowledged after this many bytes; -1: never.</summary>
    public int PartialAfter { get; set; } = -1;

    /// <summary>Clocks given while the lines were taken.</summary>
    public int Clocks { get; private set; }

    public int Stops { get; private set; }

    public bool Sda => _sda && SdaHeldFor == 0;

    public bool Scl => _scl && !SclHeld;

    public void Unplug(int address) => _chips.Remove(address);

    public void Plug(ISimI2cChip chip) => _chips[chip.Address] = chip;

    public BusResult Write(int address, byte[] data, int count) => Transfer(address, data, count, null, 0);

    public BusResult Read(int address, byte[] data, int count) => Transfer(address, null, 0, data, count);

    public BusResult WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount) => Transfer(address, write, writeCount, read, readCount);

    public void Take()
    {
        _taken.ShouldBeFalse("the lines are taken twice");
        _taken = true;
    }

    public void SetScl(bool high)
    {
        _taken.ShouldBeTrue("the lines belong to the controller");
        if (high && !_scl)
        {
            Clocks++;
            if (SdaHeldFor > 0)
            {
                SdaHeldFor--;
            }
        }

        _scl = high;
    }

    public void SetSda(bool high)
    {
        _taken.ShouldBeTrue("the lines belong to the controller");
        if (high && !_sda && Scl)
        {
            Stops++;
        }

        _sda = high;
    }

    public void GiveBack()
    {
        _taken.ShouldBeTrue();
        _taken = false;
        _scl.ShouldBeTrue("released");
        _sda.ShouldBeTrue("released");
    }

    private BusResult Transfer(int address, byte[]? write, int writeCount, byte[]? read, int readCount)
    {
        if (_taken || ++Transfers > 2000000)
        {
            throw new InvalidOperationException(_taken ? "a transfer while the lines are taken" : "a driver never ends");
        }

        if (SclHeld || SdaHeldFor > 0)
        {
            return BusResult.Stuck;
        }

        if (NakNext > 0)
        {
            NakNext--;
            return BusResult.Nack;
        }

        if (!_chips.TryGetValue(address, out ISimI2cChip? chip))
        {
            return BusResult.Nack;
        }

        if (write is not null)
        {
            if (!chip.Start(false))
            {
                return BusResult.Nack;
            }

            for (int i = 0; i < writeCount; i++)
            {
                if (PartialAfter == i)
                {
                    PartialAfter = -1;
                    return BusResult.Partial;
                }

                if (!chip.Write(write[i]))
                {
                    return BusResult.Partial;
                }
            }
        }

        if (read is null)
        {
            return BusResult.Ok;
        }

        if (!chip.Start(true))
        {
            return BusResult.Nack;
        }

        for (int i = 0; i < readCount; i++)
        {
            read[i] = chip.Read();
        }

        return BusResult.Ok;
    }
}
