namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>INA219: 16-bit registers, high byte first, the pointer stays where it was put.</summary>
public sealed class SimIna219 : ISimI2cChip
{
    private readonly List<byte> _written = [];
    private int _pointer;
    private int _at;

    public int Address => 0x40;

    public int Millivolts { get; set; } = 5000;

    public int Configuration { get; private set; } = 0x399F;

    /// <summary>A dip in the supply.</summary>
    public void PowerCycle() => Configuration = 0x399F;

    /// <summary>An imitation that keeps no configuration.</summary>
    public bool Foreign { get; set; }

    public bool Start(bool read)
    {
        _written.Clear();
        _at = 0;
        return true;
    }

    public bool Write(byte value)
    {
        _written.Add(value);
        _pointer = _written[0];
        if (_written.Count == 3 && _pointer == 0 && !Foreign)
        {
            Configuration = (_written[1] << 8) | _written[2];
        }

        return true;
    }

    public byte Read()
    {
        int value = _pointer switch
        {
            0 => Configuration,
            2 => ((Millivolts / 4) << 3) | 2,
            _ => 0,
        };
        return (byte)(_at++ % 2 == 0 ? value >> 8 : value);
    }
}
