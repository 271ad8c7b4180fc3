using System;
using System.Device.Gpio;
using System.Device.I2c;
using Devices.Terminal.Drivers.Bus;
using nanoFramework.Hardware.Esp32;

namespace Devices.Terminal.Chip;

/// <summary>
/// I2C bus 1 at 100 kHz, and its two lines for freeing it. A device object for each address is made once and kept; they are made anew after
/// the lines were taken. The library reports an address that does not acknowledge as a status, not as an exception.
/// </summary>
internal sealed class ChipI2c : II2cBus, II2cLines
{
    private const int MostChips = 8;

    private readonly GpioController _gpio;
    private readonly int[] _addresses = new int[MostChips];
    private readonly I2cDevice?[] _devices = new I2cDevice?[MostChips];
    private GpioPin? _sda;
    private GpioPin? _scl;

    public ChipI2c(GpioController gpio)
    {
        _gpio = gpio;
        Functions();
    }

    public bool Sda
    {
        get { return _sda != null && _sda.Read().Equals(PinValue.High); }
    }

    public bool Scl
    {
        get { return _scl != null && _scl.Read().Equals(PinValue.High); }
    }

    public BusResult Write(int address, byte[] data, int count)
    {
        try
        {
            return Of(Device(address).Write(new SpanByte(data, 0, count)));
        }
        catch (Exception)
        {
            return BusResult.Stuck;
        }
    }

    public BusResult Read(int address, byte[] data, int count)
    {
        try
        {
            return Of(Device(address).Read(new SpanByte(data, 0, count)));
        }
        catch (Exception)
        {
            return BusResult.Stuck;
        }
    }

    public BusResult WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        try
        {
            return Of(Device(address).WriteRead(new SpanByte(write, 0, writeCount), new SpanByte(read, 0, readCount)));
        }
        catch (Exception)
        {
            return BusResult.Stuck;
        }
    }

    public void Take()
    {
        for (int i = 0; i < MostChips; i++)
        {
            I2cDevice? device = _devices[i];
            _devices[i] = null;
            _addresses[i] = 0;
            if (device != null)
            {
                device.Dispose();
            }
        }

        try
        {
            _sda = _gpio.OpenPin(Pins.I2cSda, PinMode.OutputOpenDrain);
            _scl = _gpio.OpenPin(Pins.I2cScl, PinMode.OutputOpenDrain);
            _sda.Write(PinValue.High);
            _scl.Write(PinValue.High);
        }
        catch (Exception)
        {
            // The lines then read as low and the bus is reported as stuck.
            _sda = null;
            _scl = null;
        }
    }

    public void SetScl(bool high)
    {
        // A managed write takes tens of µs, which is half a bit at 10 kHz: no wait is needed.
        if (_scl != null)
        {
            _scl.Write(high ? PinValue.High : PinValue.Low);
        }
    }

    public void SetSda(bool high)
    {
        if (_sda != null)
        {
            _sda.Write(high ? PinValue.High : PinValue.Low);
        }
    }

    public void GiveBack()
    {
        try
        {
            _gpio.ClosePin(Pins.I2cSda);
            _gpio.ClosePin(Pins.I2cScl);
        }
        catch (Exception)
        {
            // Not open: there is nothing to close.
        }

        _sda = null;
        _scl = null;
        Functions();
    }

    private static void Functions()
    {
        Configuration.SetPinFunction(Pins.I2cSda, DeviceFunction.I2C1_DATA);
        Configuration.SetPinFunction(Pins.I2cScl, DeviceFunction.I2C1_CLOCK);
    }

    private static BusResult Of(I2cTransferResult result)
    {
        return result.Status switch
        {
            I2cTransferStatus.FullTransfer => BusResult.Ok,
            I2cTransferStatus.SlaveAddressNotAcknowledged => BusResult.Nack,
            I2cTransferStatus.PartialTransfer => BusResult.Partial,
            _ => BusResult.Stuck,
        };
    }

    private I2cDevice Device(int address)
    {
        int free = 0;
        for (int i = 0; i < MostChips; i++)
        {
            I2cDevice? device = _devices[i];
            if (device != null && _addresses[i] == address)
            {
                return device;
            }

            if (device == null)
            {
                free = i;
            }
        }

        I2cDevice made = new I2cDevice(new I2cConnectionSettings(1, address, I2cBusSpeed.StandardMode));
        _devices[free] = made;
        _addresses[free] = address;
        return made;
    }
}
