namespace Devices.Link;

/// <summary>
/// Reads one flat JSON object of strings, whole numbers and booleans (RFC 8259, strict: no duplicates, no nesting, no null,
/// no fractions, well-formed UTF-8). <see cref="Load"/> parses; the field getters then check; the first refusal sticks in
/// <see cref="Fault"/>, so that a message is read in straight lines and asked once at the end. Never throws on any input.
/// </summary>
public sealed class LinkReader
{
    private const byte KindText = 1;
    private const byte KindNumber = 2;
    private const byte KindFlag = 3;

    private readonly string[] _names = new string[LinkLimits.MaxFields];
    private readonly byte[] _kinds = new byte[LinkLimits.MaxFields];
    private readonly string[] _texts = new string[LinkLimits.MaxFields];
    private readonly long[] _numbers = new long[LinkLimits.MaxFields];
    private readonly LinkScanner _scanner = new LinkScanner();
    private int _count;

    /// <summary>The first refusal, or null.</summary>
    public LinkFault? Fault { get; private set; }

    /// <summary>Number of fields read.</summary>
    public int Count
    {
        get { return _count; }
    }

    /// <summary>Parses the first <paramref name="length"/> bytes and checks <c>v</c>. False: see <see cref="Fault"/>.</summary>
    public bool Load(byte[] payload, int length)
    {
        Fault = null;
        _count = 0;
        if (length > LinkLimits.MaxPayload || length > payload.Length)
        {
            Fault = new LinkFault(LinkError.TooLarge, "", "The payload is larger than 2048 bytes.");
            return false;
        }

        _scanner.Start(payload, length);
        if (!Object())
        {
            return false;
        }

        int version = Find("v");
        if (version < 0)
        {
            Refuse(LinkError.MissingField, "v", "is missing");
        }
        else if (_kinds[version] != KindNumber)
        {
            Refuse(LinkError.WrongType, "v", "has to be a whole number");
        }
        else if (_numbers[version] != LinkLimits.Version)
        {
            Refuse(LinkError.UnknownVersion, "v", "names a version that this program does not speak; it speaks version 1");
        }

        return Fault == null;
    }

    /// <summary>Whether a field is there (whatever its type).</summary>
    public bool Has(string name)
    {
        return Find(name) >= 0;
    }

    /// <summary>A required id of <c>a-z0-9-</c>, at most <see cref="LinkLimits.MaxId"/> characters.</summary>
    public string Id(string name)
    {
        string value = Required(name);
        if (Fault == null && !LinkRules.IsId(value, LinkLimits.MaxId))
        {
            Refuse(LinkError.OutOfRange, name, "has to be 1 to 48 characters of a-z, 0-9 and '-'");
        }

        return value;
    }

    /// <summary>A required card UID, upper-case hex.</summary>
    public string Uid(string name)
    {
        string value = Required(name);
        if (Fault == null && !LinkRules.IsUid(value))
        {
            Refuse(LinkError.OutOfRange, name, "has to be 4 to 10 bytes as upper-case hex");
        }

        return value;
    }

    /// <summary>Required digits.</summary>
    public string Digits(string name, int max)
    {
        string value = Required(name);
        if (Fault == null && !LinkRules.IsDigits(value, max))
        {
            Refuse(LinkError.OutOfRange, name, "has to be digits only, not empty and not too many");
        }

        return value;
    }

    /// <summary>A required word; the caller maps it and calls <see cref="Unknown"/> when it has no meaning.</summary>
    public string Word(string name)
    {
        return Required(name);
    }

    /// <summary>Marks a word as unknown.</summary>
    public void Unknown(string name)
    {
        Refuse(LinkError.UnknownValue, name, "has a value that this program does not know");
    }

    /// <summary>Optional text ("" when absent), refused when longer than <paramref name="max"/> characters.</summary>
    public string Text(string name, int max)
    {
        int at = Find(name);
        if (at < 0)
        {
            return "";
        }

        if (_kinds[at] != KindText)
        {
            Refuse(LinkError.WrongType, name, "has to be a text");
            return "";
        }

        if (_texts[at].Length > max)
        {
            Refuse(LinkError.OutOfRange, name, "is too long");
            return "";
        }

        return _texts[at];
    }

    /// <summary>A required whole number between <paramref name="min"/> and <paramref name="max"/>.</summary>
    public long Number(string name, long min, long max)
    {
        int at = Find(name);
        if (at < 0)
        {
            Refuse(LinkError.MissingField, name, "is missing");
            return min;
        }

        if (_kinds[at] != KindNumber)
        {
            Refuse(LinkError.WrongType, name, "has to be a whole number");
            return min;
        }

        if (_numbers[at] < min || _numbers[at] > max)
        {
            Refuse(LinkError.OutOfRange, name, "is a number outside its range");
            return min;
        }

        return _numbers[at];
    }

    /// <summary>A required boolean.</summary>
    public bool Flag(string name)
    {
        int at = Find(name);
        if (at < 0)
        {
            Refuse(LinkError.MissingField, name, "is missing");
            return false;
        }

        if (_kinds[at] != KindFlag)
        {
            Refuse(LinkError.WrongType, name, "has to be true or false");
            return false;
        }

        return _numbers[at] == 1;
    }

    private string Required(string name)
    {
        int at = Find(name);
        if (at < 0)
        {
            Refuse(LinkError.MissingField, name, "is missing");
            return "";
        }

        if (_kinds[at] != KindText)
        {
            Refuse(LinkError.WrongType, name, "has to be a text");
            return "";
        }

        return _texts[at];
    }

    private int Find(string name)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private bool Object()
    {
        if (!_scanner.Take('{'))
        {
            return Broken("does not start with '{'");
        }

        if (!_scanner.Take('}'))
        {
            do
            {
                if (!Field())
                {
                    return false;
                }
            }
            while (_scanner.Take(','));

            if (!_scanner.Take('}'))
            {
                return Broken("has no ',' or '}' after a field");
            }
        }

        return _scanner.AtEnd() || Broken("goes on after its closing '}'");
    }

    private bool Field()
    {
        if (!_scanner.Quoted(LinkLimits.MaxFieldName))
        {
            return Fail(_scanner.Error, "", "The payload has a field name that is " + _scanner.Why + ".");
        }

        string name = _scanner.Text;
        if (Find(name) >= 0)
        {
            return Fail(LinkError.DuplicateField, "", "The payload names the same field twice.");
        }

        if (_count == LinkLimits.MaxFields)
        {
            return Fail(LinkError.TooManyFields, "", "The payload has more than 20 fields.");
        }

        if (!_scanner.Take(':'))
        {
            return Broken("has no ':' after a field name");
        }

        _names[_count] = name;
        _texts[_count] = "";
        _numbers[_count] = 0;
        int next = _scanner.Peek();
        if (next == '"')
        {
            if (!_scanner.Quoted(LinkLimits.MaxPayload))
            {
                return Fail(_scanner.Error, "", "The payload has a text that is " + _scanner.Why + ".");
            }

            _kinds[_count] = KindText;
            _texts[_count] = _scanner.Text;
        }
        else if (next == '-' || (next >= '0' && next <= '9'))
        {
            if (!_scanner.Whole())
            {
                return Fail(LinkError.OutOfRange, "", "The payload has a number that is not a whole number of 64 bits.");
            }

            _kinds[_count] = KindNumber;
            _numbers[_count] = _scanner.Value;
        }
        else if (next == '{' || next == '[')
        {
            return Fail(LinkError.NotFlat, "", "The payload is not flat: it holds an object or a list.");
        }
        else if (_scanner.Literal("true"))
        {
            _kinds[_count] = KindFlag;
            _numbers[_count] = 1;
        }
        else if (_scanner.Literal("false"))
        {
            _kinds[_count] = KindFlag;
        }
        else
        {
            return Broken("has a value that is neither text, whole number, true nor false");
        }

        _count++;
        return true;
    }

    private bool Broken(string why)
    {
        return Fail(LinkError.NotJson, "", "The payload is not a JSON object: it " + why + ".");
    }

    private bool Fail(LinkError code, string field, string sentence)
    {
        Fault ??= new LinkFault(code, field, sentence);
        return false;
    }

    private void Refuse(LinkError code, string field, string why)
    {
        Fault ??= new LinkFault(code, field, "The field '" + field + "' " + why + ".");
    }
}
