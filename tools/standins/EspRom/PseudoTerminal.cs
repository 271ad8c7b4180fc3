using System.Runtime.InteropServices;

namespace Devices.Standins.EspRom;

/// <summary>
/// A pseudo-terminal whose far end a flashing tool opens like a USB serial port. It has a speed, which both ends see, but no control wires:
/// a board that has to be put into its loader by its buttons.
/// </summary>
public sealed unsafe partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2, NoControllingTty = 0x100, CloseOnExec = 0x80000;
    private const nuint GetSettings2 = 0x802C542A, SetSettings2 = 0x402C542B;

    private readonly int _master, _keeper;
    private readonly Thread _reader;
    private volatile bool _closing;

    public PseudoTerminal()
    {
        _master = posix_openpt(ReadWrite | NoControllingTty | CloseOnExec);
        if (_master < 0 || grantpt(_master) != 0 || unlockpt(_master) != 0) throw new IOException("No pseudo-terminal could be made.");
        byte* name = stackalloc byte[128];
        if (ptsname_r(_master, name, 128) != 0) throw new IOException("The pseudo-terminal has no name.");
        Path = Marshal.PtrToStringUTF8((nint)name)!;
        // Held open, so that the tool may close and open its end without ending ours; raw, so that nothing is echoed before the tool comes.
        _keeper = open(Path, ReadWrite | NoControllingTty | CloseOnExec);
        byte* settings = stackalloc byte[44];
        if (_keeper < 0 || ioctl(_keeper, GetSettings2, settings) != 0) throw new IOException("The pseudo-terminal cannot be opened.");
        uint* flags = (uint*)settings;
        flags[0] = flags[1] = flags[3] = 0;
        _ = ioctl(_keeper, SetSettings2, settings);
        _reader = new Thread(Loop) { IsBackground = true, Name = "pseudo-terminal" };
    }

    /// <summary>The device file that the tool opens.</summary>
    public string Path { get; }

    /// <summary>Takes what the tool writes.</summary>
    public Action<byte[]> Received { get; set; } = static _ => { };

    /// <summary>The speed that the tool has set.</summary>
    public int Baud
    {
        get
        {
            byte* settings = stackalloc byte[44];
            return ioctl(_keeper, GetSettings2, settings) == 0 ? (int)((uint*)settings)[10] : 0;
        }
    }

    public void Start() => _reader.Start();

    public void Write(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        fixed (byte* at = bytes)
            for (int done = 0; done < bytes.Length && !_closing;)
            {
                nint count = write(_master, at + done, (nuint)(bytes.Length - done));
                if (count <= 0) return;
                done += (int)count;
            }
    }

    public void Dispose()
    {
        if (_closing) return;
        _closing = true;
        // The reader sleeps in read(2); what it reads is from its own end, so a byte from there wakes it.
        byte wake = 0;
        _ = write(_keeper, &wake, 1);
        if (_reader.IsAlive) _reader.Join(TimeSpan.FromSeconds(5));
        _ = close(_keeper);
        _ = close(_master);
    }

    private void Loop()
    {
        byte* buffer = stackalloc byte[4096];
        while (!_closing)
        {
            nint count = read(_master, buffer, 4096);
            if (count <= 0 || _closing) return;
            Received(new ReadOnlySpan<byte>(buffer, (int)count).ToArray());
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc")]
    private static partial int grantpt(int handle);

    [LibraryImport("libc")]
    private static partial int unlockpt(int handle);

    [LibraryImport("libc")]
    private static partial int ptsname_r(int handle, byte* buffer, nuint length);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int handle);

    [LibraryImport("libc")]
    private static partial int ioctl(int handle, nuint request, byte* argument);

    [LibraryImport("libc")]
    private static partial nint read(int handle, byte* buffer, nuint length);

    [LibraryImport("libc")]
    private static partial nint write(int handle, byte* buffer, nuint length);
}
