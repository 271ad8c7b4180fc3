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
}
