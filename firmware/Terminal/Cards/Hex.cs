namespace Devices.Terminal.Cards;

/// <summary>Upper-case hex, written out because format strings are slow on the chip.</summary>
public static class Hex
{
    private const string Digits = "0123456789ABCDEF";

    /// <summary>The lowest <paramref name="bytes"/> bytes, most significant first.</summary>
    public static string Of(long value, int bytes)
    {
        char[] chars = new char[bytes * 2];
        for (int i = chars.Length - 1; i >= 0; i--)
        {
            chars[i] = Digits[(int)(value & 15)];
            value >>= 4;
        }

        return new string(chars);
    }

    /// <summary>The first <paramref name="count"/> bytes, in their order.</summary>
    public static string Of(byte[] data, int count)
    {
        char[] chars = new char[count * 2];
        for (int i = 0; i < count; i++)
        {
            chars[2 * i] = Digits[data[i] >> 4];
            chars[(2 * i) + 1] = Digits[data[i] & 15];
        }

        return new string(chars);
    }
}
