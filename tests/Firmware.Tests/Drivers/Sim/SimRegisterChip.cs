namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>A chip with 8-bit registers: the first byte written is the register pointer, which counts up with every byte after it.</summary>
public abstract class SimRegisterChip(int address) : ISimI2cChip
{
    private bool _first;
    private int _pointer;

    public int Address { get; } = address;

    public virtual bool Start(bool read)
    {
        _first = !read;
        return true;
    }

    public bool Write(byte value)
    {
        if (_first)
        {
            _pointer = value;
            _first = false;
            return true;
        }

        Set(Next(), value);
        return true;
    }

    public byte Read() => Get(Next());

    protected abstract byte Get(int register);

    protected abstract void Set(int register, byte value);

    private int Next()
    {
        int at = _pointer;
        _pointer = (_pointer + 1) & 0xFF;
        return at;
    }
}
