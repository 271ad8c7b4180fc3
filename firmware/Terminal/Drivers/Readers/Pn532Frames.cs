namespace Devices.Terminal.Drivers.Readers;

/// <summary>
/// PN532 frames (UM0701-02, 6.2.1): 00 00 FF, LEN, LCS (LEN + LCS = 0), TFI and data, DCS (their sum + DCS = 0), 00. LEN 00 with LCS FF is an
/// ACK, FF with 00 a NACK. Byte by byte, so that half frames and noise on a UART are passed over until the next start code.
/// </summary>
public sealed class Pn532Frames
{
    /// <summary>The longest answer expected: two type A targets with ATS.</summary>
    public const int Most = 64;

    private const int ToHost = 0xD5;
    private const int ToChip = 0xD4;

    private readonly byte[] _data = new byte[Most];
    private int _zeros;
    private int _state;
    private int _length;
    private int _got;
    private int _sum;

    /// <summary>The last frame's data, without TFI.</summary>
    public byte[] Data
    {
        get { return _data; }
    }

    /// <summary>Number of bytes in <see cref="Data"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Makes a frame of a command and its parameters; the number of bytes.</summary>
    public static int Make(byte[] command, int count, byte[] into)
    {
        int length = count + 1;
        into[0] = 0;
        into[1] = 0;
        into[2] = 0xFF;
        into[3] = (byte)length;
        into[4] = (byte)-length;
        into[5] = ToChip;
        int sum = ToChip;
        for (int i = 0; i < count; i++)
        {
            into[6 + i] = command[i];
            sum += command[i];
        }

        into[6 + count] = (byte)-sum;
        into[7 + count] = 0;
        return 8 + count;
    }

    /// <summary>Forgets what was begun.</summary>
    public void Reset()
    {
        _state = 0;
        _zeros = 0;
    }

    public Pn532Event Feed(int b)
    {
        switch (_state)
        {
            case 0:
                // Any number of zeros, then FF.
                if (b == 0xFF && _zeros > 0)
                {
                    _state = 1;
                }

                _zeros = b == 0 ? 1 : 0;
                return Pn532Event.None;
            case 1:
                _length = b;
                _state = 2;
                return Pn532Event.None;
            case 2:
                return Begin(b);
            case 3:
                _sum += b;
                if (_got > 0)
                {
                    _data[_got - 1] = (byte)b;
                }
                else if (b != ToHost)
                {
                    // 7F here is the chip's own "syntax error" frame.
                    Reset();
                    return Pn532Event.Broken;
                }

                _got++;
                if (_got == _length)
                {
                    _state = 4;
                }

                return Pn532Event.None;
            default:
                Reset();
                Count = _length - 1;
                return ((_sum + b) & 0xFF) == 0 ? Pn532Event.Frame : Pn532Event.Broken;
        }
    }

    private Pn532Event Begin(int lcs)
    {
        Reset();
        if (_length == 0 && lcs == 0xFF)
        {
            return Pn532Event.Ack;
        }

        if (_length == 0xFF && lcs == 0)
        {
            return Pn532Event.Nack;
        }

        if (((_length + lcs) & 0xFF) != 0 || _length < 2 || _length > Most)
        {
            return Pn532Event.Broken;
        }

        _state = 3;
        _got = 0;
        _sum = 0;
        return Pn532Event.None;
    }
}
