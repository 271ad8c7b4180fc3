namespace Devices.Link;

/// <summary>Tokens of JSON over a byte buffer: strings (strict UTF-8, RFC 3629; escapes of RFC 8259 section 7) and whole numbers.</summary>
internal sealed class LinkScanner
{
    private readonly char[] _chars = new char[LinkLimits.MaxPayload];
    private byte[] _payload = [];
    private int _length;
    private int _at;
    private int _used;

    /// <summary>The last string read.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The last number read.</summary>
    public long Value { get; private set; }

    /// <summary>Why the last string was refused.</summary>
    public LinkError Error { get; private set; }

    /// <summary>The same in words.</summary>
    public string Why { get; private set; } = "";

    public void Start(byte[] payload, int length)
    {
        _payload = payload;
        _length = length;
        _at = 0;
    }

    /// <summary>The next byte that is not white space, or -1; it is not taken.</summary>
    public int Peek()
    {
        while (_at < _length)
        {
            byte b = _payload[_at];
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r')
            {
                return b;
            }

            _at++;
        }

        return -1;
    }

    public bool Take(char wanted)
    {
        if (Peek() != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    public bool AtEnd()
    {
        return Peek() < 0;
    }

    public bool Literal(string word)
    {
        if (Peek() < 0 || _at + word.Length > _length)
        {
            return false;
        }

        for (int i = 0; i < word.Length; i++)
        {
            if (_payload[_at + i] != word[i])
            {
                return false;
            }
        }

        _at += word.Length;
        return true;
    }

    /// <summary>A whole number; leading zeros, fractions, exponents and overflow are refused.</summary>
    public bool Whole()
    {
        bool negative = Take('-');
        int start = _at;

        // Built as a negative number, because that side of long is one larger; each step is tested before it is made,
        // since `checked` does not throw on the chip.
        long value = 0;
        while (_at < _length && _payload[_at] >= '0' && _payload[_at] <= '9')
        {
            int digit = _payload[_at] - '0';
            if (value < (long.MinValue + digit) / 10)
            {
                return false;
            }

            value = (value * 10) - digit;
            _at++;
        }

        int digits = _at - start;
        if (digits == 0 || (digits > 1 && _payload[start] == '0'))
        {
            return false;
        }

        if (_at < _length && (_payload[_at] == '.' || _payload[_at] == 'e' || _payload[_at] == 'E'))
        {
            return false;
        }

        if (!negative)
        {
            if (value == long.MinValue)
            {
                return false;
            }

            value = -value;
        }

        Value = value;
        return true;
    }

    /// <summary>A quoted string of at most <paramref name="max"/> UTF-16 characters.</summary>
    public bool Quoted(int max)
    {
        _used = 0;
        if (!Take('"'))
        {
            return Fail(LinkError.NotJson, "not in quotation marks");
        }

        while (_at < _length)
        {
            byte b = _payload[_at++];
            if (b == '"')
            {
                if (_used > max)
                {
                    return Fail(LinkError.OutOfRange, "too long");
                }

                Text = _used == 0 ? "" : new string(_chars, 0, _used);
                return true;
            }

            if (b == '\\')
            {
                if (!Escape())
                {
                    return false;
                }
            }
            else if (b < 0x20)
            {
                return Fail(LinkError.BadText, "broken by a bare control character");
            }
            else if (b < 0x80)
            {
                _chars[_used++] = (char)b;
            }
            else if (!Utf8(b))
            {
                return Fail(LinkError.BadText, "not well-formed UTF-8");
            }
        }

        return Fail(LinkError.NotJson, "not closed");
    }

    private bool Escape()
    {
        if (_at >= _length)
        {
            return Fail(LinkError.NotJson, "not closed");
        }

        byte b = _payload[_at++];
        switch (b)
        {
            case (byte)'"':
            case (byte)'\\':
            case (byte)'/':
                _chars[_used++] = (char)b;
                return true;
            case (byte)'b':
                _chars[_used++] = '\b';
                return true;
            case (byte)'f':
                _chars[_used++] = '\f';
                return true;
            case (byte)'n':
                _chars[_used++] = '\n';
                return true;
            case (byte)'r':
                _chars[_used++] = '\r';
                return true;
            case (byte)'t':
                _chars[_used++] = '\t';
                return true;
            case (byte)'u':
                return Unicode();
            default:
                return Fail(LinkError.NotJson, "holding an unknown escape");
        }
    }

    private bool Unicode()
    {
        int first = Hex4();
        if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF))
        {
            return Fail(LinkError.BadText, "holding a broken \\u escape");
        }

        _chars[_used++] = (char)first;
        if (first < 0xD800 || first > 0xDBFF)
        {
            return true;
        }

        if (_at + 1 >= _length || _payload[_at] != '\\' || _payload[_at + 1] != 'u')
        {
            return Fail(LinkError.BadText, "holding half a surrogate pair");
        }

        _at += 2;
        int second = Hex4();
        if (second < 0xDC00 || second > 0xDFFF)
        {
            return Fail(LinkError.BadText, "holding half a surrogate pair");
        }

        _chars[_used++] = (char)second;
        return true;
    }

    private int Hex4()
    {
        if (_at + 4 > _length)
        {
            return -1;
        }

        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            int b = _payload[_at++];
            int digit = b >= '0' && b <= '9' ? b - '0'
                : b >= 'a' && b <= 'f' ? b - 'a' + 10
                : b >= 'A' && b <= 'F' ? b - 'A' + 10
                : -1;
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) | digit;
        }

        return value;
    }

    private bool Utf8(byte lead)
    {
        int more;
        int point;
        int least;
        if (lead >= 0xC2 && lead <= 0xDF)
        {
            more = 1;
            point = lead & 0x1F;
            least = 0x80;
        }
        else if (lead >= 0xE0 && lead <= 0xEF)
        {
            more = 2;
            point = lead & 0x0F;
            least = 0x800;
        }
        else if (lead >= 0xF0 && lead <= 0xF4)
        {
            more = 3;
            point = lead & 0x07;
            least = 0x10000;
        }
        else
        {
            return false;
        }

        if (_at + more > _length)
        {
            return false;
        }

        for (int i = 0; i < more; i++)
        {
            byte b = _payload[_at++];
            if ((b & 0xC0) != 0x80)
            {
                return false;
            }

            point = (point << 6) | (b & 0x3F);
        }

        if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        {
            return false;
        }

        if (point >= 0x10000)
        {
            point -= 0x10000;
            _chars[_used++] = (char)(0xD800 + (point >> 10));
            _chars[_used++] = (char)(0xDC00 + (point & 0x3FF));
        }
        else
        {
            _chars[_used++] = (char)point;
        }

        return true;
    }

    private bool Fail(LinkError error, string why)
    {
        Error = error;
        Why = why;
        return false;
    }
}
