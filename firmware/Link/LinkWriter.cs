namespace Devices.Link;

/// <summary>
/// Writes one flat JSON object of strings, whole numbers and booleans as UTF-8 (RFC 8259) into a buffer made once.
/// The first refusal sticks in <see cref="Fault"/>; later calls do nothing.
/// </summary>
public sealed class LinkWriter
{
    private readonly byte[] _buffer;
    private readonly byte[] _digits = new byte[20];
    private int _length;
    private bool _any;

    public LinkWriter()
    {
        _buffer = new byte[LinkLimits.MaxPayload];
    }

    /// <summary>The first refusal, or null.</summary>
    public LinkFault? Fault { get; private set; }

    /// <summary>Starts a new object with its <c>v</c>.</summary>
    public void Begin()
    {
        _length = 0;
        _any = false;
        Fault = null;
        Put((byte)'{');
        Number("v", LinkLimits.Version, 1, LinkLimits.Version);
    }

    /// <summary>Ends the object; null when something was refused.</summary>
    public byte[]? End()
    {
        Put((byte)'}');
        if (Fault != null)
        {
            return null;
        }

        byte[] result = new byte[_length];
        System.Array.Copy(_buffer, 0, result, 0, _length);
        return result;
    }

    /// <summary>An id of <c>a-z0-9-</c>.</summary>
    public void Id(string name, string value)
    {
        if (!LinkRules.IsId(value, LinkLimits.MaxId))
        {
            Refuse(LinkError.OutOfRange, name, "has to be 1 to 48 characters of a-z, 0-9 and '-'");
            return;
        }

        Raw(name, value);
    }

    /// <summary>A card UID.</summary>
    public void Uid(string name, string value)
    {
        if (!LinkRules.IsUid(value))
        {
            Refuse(LinkError.OutOfRange, name, "has to be 4 to 10 bytes as upper-case hex");
            return;
        }

        Raw(name, value);
    }

    /// <summary>Digits only.</summary>
    public void Digits(string name, string value, int max)
    {
        if (!LinkRules.IsDigits(value, max))
        {
            Refuse(LinkError.OutOfRange, name, "has to be digits only, not empty and not too many");
            return;
        }

        Raw(name, value);
    }

    /// <summary>A word from a fixed list (already a wire name; empty when the value had none).</summary>
    public void Word(string name, string value)
    {
        if (value.Length == 0)
        {
            Refuse(LinkError.UnknownValue, name, "has a value that the link does not know");
            return;
        }

        Raw(name, value);
    }

    /// <summary>Free text, clipped to <paramref name="max"/> characters.</summary>
    public void Text(string name, string value, int max)
    {
        Raw(name, LinkRules.Clip(value, max));
    }

    /// <summary>A whole number between <paramref name="min"/> and <paramref name="max"/>.</summary>
    public void Number(string name, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            Refuse(LinkError.OutOfRange, name, "is a number outside its range");
            return;
        }

        Name(name);
        if (value < 0)
        {
            Put((byte)'-');
        }

        // The digits are made from negative remainders so that long.MinValue needs no special case.
        int count = 0;
        long rest = value;
        do
        {
            int digit = (int)(rest % 10);
            _digits[count++] = (byte)('0' + (digit < 0 ? -digit : digit));
            rest /= 10;
        }
        while (rest != 0);
        while (count > 0)
        {
            Put(_digits[--count]);
        }
    }

    /// <summary>A boolean.</summary>
    public void Flag(string name, bool value)
    {
        Name(name);
        Ascii(value ? "true" : "false");
    }

    private void Raw(string name, string value)
    {
        Name(name);
        Quoted(value);
    }

    private void Name(string name)
    {
        if (_any)
        {
            Put((byte)',');
        }

        _any = true;
        Quoted(name);
        Put((byte)':');
    }

    private void Quoted(string value)
    {
        Put((byte)'"');
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == '"' || c == '\\')
            {
                Put((byte)'\\');
                Put((byte)c);
            }
            else if (c < 0x20 || c == 0x7F)
            {
                Ascii("\\u00");
                Put(Hex(c >> 4));
                Put(Hex(c & 15));
            }
            else if (c < 0x80)
            {
                Put((byte)c);
            }
            else if (c < 0x800)
            {
                Put((byte)(0xC0 | (c >> 6)));
                Put((byte)(0x80 | (c & 0x3F)));
            }
            else if (c >= 0xD800 && c <= 0xDFFF)
            {
                if (c > 0xDBFF || i + 1 >= value.Length || value[i + 1] < 0xDC00 || value[i + 1] > 0xDFFF)
                {
                    // Half a pair cannot be written as UTF-8; U+FFFD says openly that a character was lost.
                    Put(0xEF);
                    Put(0xBF);
                    Put(0xBD);
                    continue;
                }

                int point = 0x10000 + ((c - 0xD800) << 10) + (value[i + 1] - 0xDC00);
                i++;
                Put((byte)(0xF0 | (point >> 18)));
                Put((byte)(0x80 | ((point >> 12) & 0x3F)));
                Put((byte)(0x80 | ((point >> 6) & 0x3F)));
                Put((byte)(0x80 | (point & 0x3F)));
            }
            else
            {
                Put((byte)(0xE0 | (c >> 12)));
                Put((byte)(0x80 | ((c >> 6) & 0x3F)));
                Put((byte)(0x80 | (c & 0x3F)));
            }
        }

        Put((byte)'"');
    }

    private static byte Hex(int nibble)
    {
        return (byte)(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);
    }

    private void Ascii(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            Put((byte)text[i]);
        }
    }

    private void Put(byte value)
    {
        if (Fault != null)
        {
            return;
        }

        if (_length == _buffer.Length)
        {
            Fault = new LinkFault(LinkError.TooLarge, "", "The message is larger than 2048 bytes; shorten its texts.");
            return;
        }

        _buffer[_length++] = value;
    }

    private void Refuse(LinkError code, string field, string why)
    {
        Fault ??= new LinkFault(code, field, "The field '" + field + "' " + why + ".");
    }
}
