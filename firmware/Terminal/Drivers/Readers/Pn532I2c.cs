using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>PN532 over I2C (UM0701-02, 6.2.4): every read starts with a status byte whose bit 0 says that a frame is ready.</summary>
public sealed class Pn532I2c : IPn532Port
{
    public const int Address = 0x24;

    private readonly II2cBus _bus;
    private readonly byte[] _status = new byte[1];
    private readonly byte[] _read = new byte[64];

    public Pn532I2c(II2cBus bus)
    {
        _bus = bus;
    }

    /// <summary>Its own address wakes it; the first call after power-up may therefore not be acknowledged.</summary>
    public bool Wake()
    {
        return _bus.Read(Address, _status, 1) == BusResult.Ok || _bus.Read(Address, _status, 1) == BusResult.Ok;
    }

    public bool Send(byte[] frame, int count)
    {
        return _bus.Write(Address, frame, count) == BusResult.Ok;
    }

    public int Receive(byte[] into)
    {
        if (_bus.Read(Address, _status, 1) != BusResult.Ok)
        {
            return -1;
        }

        if ((_status[0] & 1) == 0)
        {
            return 0;
        }

        // A frame has to be read in one go, and its length is not known before; what follows it is padding that the parser drops.
        int most = into.Length < _read.Length - 1 ? into.Length : _read.Length - 1;
        if (_bus.Read(Address, _read, most + 1) != BusResult.Ok)
        {
            return -1;
        }

        for (int i = 0; i < most; i++)
        {
            into[i] = _read[i + 1];
        }

        return most;
    }
}
