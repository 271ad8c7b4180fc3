namespace Devices.Standins.EspRom;

/// <summary>NOR flash: erasing makes ones in whole sectors of 4 KiB, writing only makes zeros.</summary>
public sealed class FlashMemory
{
    private const int Sector = 0x1000;

    private readonly byte[] _bytes;
    private readonly Lock _lock = new();

    public FlashMemory(int mebibytes)
    {
        _bytes = new byte[mebibytes << 20];
        _bytes.AsSpan().Fill(0xFF);
    }

    public int Length => _bytes.Length;

    /// <summary>A sector that does not take zeros any more; null where all are sound.</summary>
    public int? WornSector { get; set; }

    /// <summary>How often anything was erased or written: a tool that skips what is there changes nothing.</summary>
    public long Writes { get; private set; }

    public byte[] Copy(int address, int length)
    {
        lock (_lock) return _bytes.AsSpan(address, length).ToArray();
    }

    /// <summary>Puts bytes there as a factory would, without the rules of flash.</summary>
    public void Preset(int address, ReadOnlySpan<byte> content)
    {
        lock (_lock) content.CopyTo(_bytes.AsSpan(address));
    }

    internal bool Erase(uint address, uint length)
    {
        if (address + (ulong)length > (ulong)_bytes.Length) return false;
        int from = (int)address / Sector * Sector, to = (int)((address + length + Sector - 1) / Sector * Sector);
        lock (_lock)
        {
            _bytes.AsSpan(from, to - from).Fill(0xFF);
            Writes++;
        }

        return true;
    }

    internal void Write(int address, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            for (int i = 0; i < content.Length && address + i < _bytes.Length; i++)
                if ((address + i) / Sector != WornSector) _bytes[address + i] &= content[i];
            Writes++;
        }
    }
}
