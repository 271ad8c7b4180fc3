namespace Devices.Terminal.Entries;

/// <summary>CRC-32 of IEEE 802.3 (reflected, polynomial EDB88320), bit by bit: records are short and a table costs 1 KB of RAM.</summary>
public static class Crc32
{
    public static uint Of(byte[] data, int start, int length)
    {
        uint crc = 0xFFFFFFFF;
        for (int i = start; i < start + length; i++)
        {
            crc ^= data[i];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
