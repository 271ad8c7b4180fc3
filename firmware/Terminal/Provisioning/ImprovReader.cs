namespace Devices.Terminal.Provisioning;

/// <summary>
/// Finds Improv's packets in what comes over a serial line that also carries a log (improv-wifi.com/serial):
/// <c>"IMPROV" · version 1 · type · length · data · checksum</c>, the checksum being the low byte of the sum of all before it. Whatever is not
/// exactly a packet is passed over; a half one is forgotten after <see cref="GapMs"/> of silence.
/// </summary>
public sealed class ImprovReader
{
    public const byte Version = 1;
    public const byte TypeState = 1;
    public const byte TypeError = 2;
    public const byte TypeRpc = 3;
    public const byte TypeResult = 4;

    /// <summary>Bytes before the data.</summary>
    public const int Header = 9;

    /// <summary>Silence that ends a half packet, ms.</summary>
    public const int GapMs = 500;

    private const string Magic = "IMPROV";

    private readonly byte[] _packet = new byte[Header + 255 + 1];
    private int _count;
    private long _lastMs;

    public byte Type
    {
        get { return _packet[7]; }
    }

    /// <summary>Bytes of data in the packet that <see cref="Take"/> has just completed.</summary>
    public int Length
    {
        get { return _packet[8]; }
    }

    /// <summary>Packets whose header was right and whose checksum was not.</summary>
    public int Damaged { get; private set; }

    /// <summary>A byte of the completed packet's data.</summary>
    public byte Data(int at)
    {
        return _packet[Header + at];
    }

    /// <summary>Takes one byte; true when it completes a sound packet, which stays readable until the next call.</summary>
    public bool Take(byte value, long nowMs)
    {
        if (_count > 0 && nowMs - _lastMs > GapMs)
        {
            _count = 0;
        }

        _lastMs = nowMs;
        if (_count < Magic.Length)
        {
            if (value != Magic[_count])
            {
                // No other letter of the magic word is an I, so that a wrong byte can only be the first of the next.
                _count = 0;
            }

            if (value == Magic[_count])
            {
                _packet[_count++] = value;
            }

            return false;
        }

        _packet[_count++] = value;
        if (_count == 7 && value != Version)
        {
            _count = 0;
            return false;
        }

        if (_count < Header || _count < Header + _packet[8] + 1)
        {
            return false;
        }

        int sum = 0;
        for (int i = 0; i < _count - 1; i++)
        {
            sum += _packet[i];
        }

        _count = 0;
        if ((byte)sum != value)
        {
            Damaged++;
            return false;
        }

        return true;
    }
}
