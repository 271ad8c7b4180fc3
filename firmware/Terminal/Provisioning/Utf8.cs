namespace Devices.Terminal.Provisioning;

/// <summary>UTF-8 (RFC 3629) for a few short texts; the library that has it would cost the chip 5.5 KB.</summary>
public static class Utf8
{
    public static byte[] Write(string text)
    {
        byte[] bytes = new byte[text.Length * 3];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int c = text[i];
            if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.Length && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000)
            {
                c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00);
            }

            if (c < 0x80)
            {
                bytes[count++] = (byte)c;
                continue;
            }

            int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
            bytes[count++] = (byte)((more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0) | (c >> (6 * more)));
            while (more-- > 0)
            {
                bytes[count++] = (byte)(0x80 | ((c >> (6 * more)) & 0x3F));
            }
        }

        byte[] result = new byte[count];
        System.Array.Copy(bytes, 0, result, 0, count);
        return result;
    }

    /// <summary>False for bytes that are no well-formed UTF-8.</summary>
    public static bool TryRead(byte[] bytes, out string text)
    {
        char[] chars = new char[bytes.Length];
        int count = 0;
        text = "";
        for (int i = 0; i < bytes.Length; i++)
        {
            int lead = bytes[i];
            int more = lead < 0x80 ? 0 : lead >= 0xC2 && lead < 0xE0 ? 1 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xF0 && lead < 0xF5 ? 3 : -1;
            if (more < 0 || i + more >= bytes.Length)
            {
                return false;
            }

            int value = more == 0 ? lead : lead & (0x3F >> more);
            for (int j = 0; j < more; j++)
            {
                int next = bytes[++i];
                if ((next & 0xC0) != 0x80)
                {
                    return false;
                }

                value = (value << 6) | (next & 0x3F);
            }

            // Longer than need be, a surrogate, or beyond Unicode.
            if ((more == 2 && value < 0x800) || (more == 3 && (value < 0x10000 || value > 0x10FFFF)) || (value >= 0xD800 && value < 0xE000))
            {
                return false;
            }

            if (value >= 0x10000)
            {
                chars[count++] = (char)(0xD800 + ((value - 0x10000) >> 10));
                chars[count++] = (char)(0xDC00 + ((value - 0x10000) & 0x3FF));
            }
            else
            {
                chars[count++] = (char)value;
            }
        }

        text = new string(chars, 0, count);
        return true;
    }
}
