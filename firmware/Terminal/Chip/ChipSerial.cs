using System;
using System.IO.Ports;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>A serial port, 115200 8N1. Only what has arrived is read, and a write has a limit, so that no call waits for the other side.</summary>
internal sealed class ChipSerial : ISerial
{
    private const int WriteLimitMs = 200;

    private readonly SerialPort _port;

    private ChipSerial(SerialPort port)
    {
        _port = port;
    }

    /// <summary>Opens a port; null, with a line in the log, when the firmware's image keeps it for itself.</summary>
    public static ChipSerial? Open(string name, ISystem system)
    {
        try
        {
            SerialPort port = new SerialPort(name, 115200, Parity.None, 8, StopBits.One);
            port.WriteTimeout = WriteLimitMs;
            port.ReadBufferSize = 512;
            port.Open();
            return new ChipSerial(port);
        }
        catch (Exception e)
        {
            system.Log("The serial port " + name + " could not be opened, so what speaks over it is off: " + e.Message);
            return null;
        }
    }

    public int Read(byte[] buffer, int count)
    {
        int there = _port.BytesToRead;
        return there <= 0 ? 0 : _port.Read(buffer, 0, there < count ? there : count);
    }

    public bool Write(byte[] data, int count)
    {
        try
        {
            _port.Write(data, 0, count);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
