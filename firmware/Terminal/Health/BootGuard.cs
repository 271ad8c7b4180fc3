using Devices.Terminal.Entries;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Health;

/// <summary>
/// Counts starts that did not last: every boot writes the counter up before anything else is touched, and <see cref="StableMs"/> of running or
/// an orderly end writes it back to zero. At <see cref="SafeAfter"/> in a row the terminal starts in safe mode: only what punches and the way
/// out of the door need. The counter's file is five bytes with a check sum; damage counts as zero.
/// </summary>
public sealed class BootGuard
{
    public const string FileName = "boots.bin";

    /// <summary>So many short starts in a row make safe mode.</summary>
    public const int SafeAfter = 5;

    /// <summary>A start that lasted this long was a good one, ms.</summary>
    public const int StableMs = 300000;

    private const int RecordLength = 5;

    private readonly IStorage _storage;
    private readonly byte[] _record = new byte[RecordLength];
    private bool _cleared;

    public BootGuard(IStorage storage)
    {
        _storage = storage;
    }

    /// <summary>Starts before this one that did not last.</summary>
    public int Crashes { get; private set; }

    public bool IsSafeMode
    {
        get { return Crashes >= SafeAfter; }
    }

    /// <summary>Reads the counter and writes it up; to be called once, first of all.</summary>
    public void Begin()
    {
        byte[]? record = _storage.Read(FileName);
        if (record != null && record.Length == RecordLength && (uint)Number(record) == Crc32.Of(record, 0, 1))
        {
            Crashes = record[0];
        }

        Put(Crashes < 250 ? Crashes + 1 : 250);
    }

    /// <summary>Writes the counter back to zero once the start has lasted.</summary>
    public void Step(long uptimeMs)
    {
        if (!_cleared && uptimeMs >= StableMs)
        {
            Orderly();
        }
    }

    /// <summary>The end (or the reboot) that follows is meant.</summary>
    public void Orderly()
    {
        _cleared = true;
        Put(0);
    }

    private void Put(int count)
    {
        _record[0] = (byte)count;
        uint crc = Crc32.Of(_record, 0, 1);
        for (int i = 0; i < 4; i++)
        {
            _record[1 + i] = (byte)(crc >> (8 * i));
        }

        _storage.Write(FileName, _record, RecordLength);
    }

    private static long Number(byte[] record)
    {
        long value = 0;
        for (int i = 3; i >= 0; i--)
        {
            value = (value << 8) | record[1 + i];
        }

        return value;
    }
}
