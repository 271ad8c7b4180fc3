namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// PCF8574 with a keypad without diodes on it: pressed contacts join a row and a column, and every pin joined, however far around, to one that
/// is driven low is low. So ghosts appear as they do in a real one.
/// </summary>
public sealed class SimPcf8574 : ISimI2cChip
{
    private const string Keys = "123456789*0#";
    private readonly HashSet<int> _pressed = [];
    private byte _latch = 0xFF;

    public int Address => 0x20;

    public void Press(params char[] keys) => _pressed.UnionWith(keys.Select(key => Keys.IndexOf(key, StringComparison.Ordinal)));

    public void Release(params char[] keys) => _pressed.ExceptWith(keys.Select(key => Keys.IndexOf(key, StringComparison.Ordinal)));

    public bool Start(bool read) => true;

    public bool Write(byte value)
    {
        _latch = value;
        return true;
    }

    public byte Read()
    {
        bool[] low = [.. Enumerable.Range(0, 8).Select(pin => (_latch & (1 << pin)) == 0)];
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (int key in _pressed)
            {
                int row = key / 3;
                int column = 4 + (key % 3);
                if (low[row] != low[column])
                {
                    low[row] = low[column] = changed = true;
                }
            }
        }

        return (byte)Enumerable.Range(0, 8).Sum(pin => low[pin] ? 0 : 1 << pin);
    }
}
