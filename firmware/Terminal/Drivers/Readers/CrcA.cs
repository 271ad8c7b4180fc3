namespace Devices.Terminal.Drivers.Readers;

/// <summary>CRC_A of ISO/IEC 14443-3, 6.2.4: x^16 + x^12 + x^5 + 1, preset 6363, least significant bit and byte first.</summary>
public static class CrcA
{
    public static int Of(byte[] data, int count)
    {
        int crc = 0x6363;
        for (int i = 0; i < count; i++)
        {
            int b = (data[i] ^ crc) & 0xFF;
            b = (b ^ (b << 4)) & 0xFF;
            crc = ((crc >> 8) ^ (b << 8) ^ (b << 3) ^ (b >> 4)) & 0xFFFF;
        }

        return crc;
    }

    /// <summary>Appends it; <paramref name="data"/> has room for two bytes more.</summary>
    public static void Append(byte[] data, int count)
    {
        int crc = Of(data, count);
        data[count] = (byte)crc;
        data[count + 1] = (byte)(crc >> 8);
    }

    /// <summary>Whether the last two of <paramref name="count"/> bytes are the CRC of those before.</summary>
    public static bool IsRight(byte[] data, int count)
    {
        return count > 2 && Of(data, count - 2) == (data[count - 2] | (data[count - 1] << 8));
    }
}
