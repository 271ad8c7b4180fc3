namespace Devices.Terminal.Drivers.Bus;

/// <summary>A chip of 8-bit registers at an I2C address whose register pointer counts up. Keeps the first failure of a run of accesses.</summary>
public sealed class RegisterChip
{
    private readonly II2cBus _bus;
    private readonly int _address;
    private readonly byte[] _pointer = new byte[1];
    private readonly byte[] _pair = new byte[2];
    private readonly byte[] _one = new byte[1];

    public RegisterChip(II2cBus bus, int address)
    {
        _bus = bus;
        _address = address;
    }

    /// <summary>The first result since <see cref="Begin"/> that was not Ok; later accesses are left out.</summary>
    public BusResult Result { get; private set; }

    public void Begin()
    {
        Result = BusResult.Ok;
    }

    public int Get(int register)
    {
        Get(register, _one, 1);
        return Result == BusResult.Ok ? _one[0] : 0;
    }

    public void Get(int register, byte[] into, int count)
    {
        if (Result == BusResult.Ok)
        {
            _pointer[0] = (byte)register;
            Result = _bus.WriteRead(_address, _pointer, 1, into, count);
        }
    }

    public void Set(int register, int value)
    {
        _pair[0] = (byte)register;
        _pair[1] = (byte)value;
        Send(_pair, 2);
    }

    /// <summary>Register number first, then the values.</summary>
    public void Send(byte[] data, int count)
    {
        if (Result == BusResult.Ok)
        {
            Result = _bus.Write(_address, data, count);
        }
    }
}
