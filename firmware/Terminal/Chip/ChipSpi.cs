using System;
using System.Device.Spi;
using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Chip;

/// <summary>One chip select on SPI bus 1. The screen's thread and the loop share the bus: each transfer with its chip select is one native call.</summary>
internal sealed class ChipSpi : ISpiBus
{
    private readonly SpiDevice _device;

    public ChipSpi(int chipSelect, int hertz)
    {
        SpiConnectionSettings settings = new SpiConnectionSettings(1, chipSelect);
        settings.ClockFrequency = hertz;
        settings.Mode = SpiMode.Mode0;
        _device = SpiDevice.Create(settings);
    }

    public void Write(byte[] data, int offset, int count)
    {
        _device.Write(new SpanByte(data, offset, count));
    }

    public void Transfer(byte[] write, byte[] read, int count)
    {
        _device.TransferFullDuplex(new SpanByte(write, 0, count), new SpanByte(read, 0, count));
    }
}
