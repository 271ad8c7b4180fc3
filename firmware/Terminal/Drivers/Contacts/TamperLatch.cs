using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Contacts;

/// <summary>
/// Remembers openings of the case on flash until the board has them, over reboots and power cuts of the MCU. Two files of three bytes
/// (count, its complement, a mark) are written in turn, so that a cut in the middle of one leaves the other. The flash is written at the first
/// opening after an acknowledge and at powers of two after that: somebody who works the switch a thousand times wears nothing out.
/// An opening and closing while the MCU too has no power is not seen; a case that is still open when power returns is.
/// </summary>
public sealed class TamperLatch : ITamperMemory
{
    private const string First = "tamper.a";
    private const string Second = "tamper.b";
    private const int Mark = 0x5A;

    private readonly ITamperSwitch _switch;
    private readonly IStorage _storage;
    private readonly byte[] _record = new byte[3];
    private bool _second;
    private bool _wasOpen;

    public TamperLatch(ITamperSwitch tamper, IStorage storage)
    {
        _switch = tamper;
        _storage = storage;
        int a = Read(First);
        int b = Read(Second);
        Pending = a > b ? a : b;

        // The file with the lower count is written next.
        _second = a > b;
    }

    public int Pending { get; private set; }

    public void Step(long nowMs)
    {
        bool open = _switch.IsOpen(nowMs);
        if (open == _wasOpen)
        {
            return;
        }

        _wasOpen = open;
        if (open && Pending < 255)
        {
            Pending++;
            if ((Pending & (Pending - 1)) == 0)
            {
                Save(Pending);
            }
        }
    }

    public bool Acknowledge()
    {
        // Both are deleted; a cut between the two reports the openings once more, which is better than not at all.
        if (!_storage.Delete(First) || !_storage.Delete(Second))
        {
            return false;
        }

        Pending = 0;
        return true;
    }

    private void Save(int count)
    {
        _record[0] = (byte)count;
        _record[1] = (byte)~count;
        _record[2] = Mark;
        string name = _second ? Second : First;
        if (_storage.Write(name, _record, 3))
        {
            _second = !_second;
        }
    }

    private int Read(string name)
    {
        byte[]? record = _storage.Read(name);
        return record != null && record.Length == 3 && record[2] == Mark && (byte)~record[1] == record[0] ? record[0] : 0;
    }
}
