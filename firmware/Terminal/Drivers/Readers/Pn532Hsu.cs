using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>PN532 over its high speed UART, 115200 8N1 (UM0701-02, 6.2.3 and 7.2.11): a long preamble wakes it.</summary>
public sealed class Pn532Hsu : IPn532Port
{
    private static readonly byte[] Preamble = [0x55, 0x55, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00];

    private readonly ISerial _serial;

    public Pn532Hsu(ISerial serial)
    {
        _serial = serial;
    }

    public bool Wake()
    {
        return _serial.Write(Preamble, Preamble.Length);
    }

    public bool Send(byte[] frame, int count)
    {
        return _serial.Write(frame, count);
    }

    public int Receive(byte[] into)
    {
        return _serial.Read(into, into.Length);
    }
}
