using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Drivers.Keys;

/// <summary>
/// A matrix on NXP's PCF8574 (Rev 5, quasi-bidirectional port without registers: one byte written sets the pins, one byte read is their
/// level; a 1 is a weak pull-up and so an input). P0 to P3 are the rows, P4 to P6 the columns. At rest one write and one read tell that
/// no key is down.
/// </summary>
public sealed class Pcf8574Matrix : IKeyMatrix
{
    public const int Address = 0x20;

    private const int Rows = 0x0F;
    private const int Columns = 0x70;

    private readonly II2cBus _bus;
    private readonly byte[] _one = new byte[1];

    public Pcf8574Matrix(II2cBus bus)
    {
        _bus = bus;
    }

    public BusResult Scan(out int closed)
    {
        closed = 0;
        BusResult result = Row(Rows, out int columns);
        if (result != BusResult.Ok || columns == 0)
        {
            return result;
        }

        for (int row = 0; row < 4; row++)
        {
            result = Row(1 << row, out columns);
            if (result != BusResult.Ok)
            {
                closed = 0;
                return result;
            }

            closed |= columns << (3 * row);
        }

        return BusResult.Ok;
    }

    private BusResult Row(int low, out int columns)
    {
        columns = 0;
        _one[0] = (byte)~low;
        BusResult result = _bus.Write(Address, _one, 1);
        if (result == BusResult.Ok)
        {
            result = _bus.Read(Address, _one, 1);
            columns = (~_one[0] & Columns) >> 4;
        }

        return result;
    }
}
