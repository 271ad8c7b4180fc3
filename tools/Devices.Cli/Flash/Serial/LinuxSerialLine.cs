using System.Runtime.InteropServices;

namespace Devices.Cli.Flash.Serial;

/// <summary>
/// A Linux tty. Our own thin binding instead of <c>System.IO.Ports</c>: both control wires have to change in one call (two calls pass
/// through a state in which some boards start their program instead of the loader), and the chip's speeds are not in the portable list.
/// </summary>
internal sealed class LinuxSerialLine : ISerialLine
{
    private const int NoEntry = 2, Io = 5, Again = 11, Denied = 13, Busy = 16, NoDevice = 19, Invalid = 22, NotTty = 25, WouldBlockLock = 11;
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LetGoLimit = TimeSpan.FromMilliseconds(500);

    private readonly int _handle;
    private bool _closed;

    private LinuxSerialLine(int handle, string name, bool usbJtag)
    {
        _handle = handle;
        Name = name;
        IsUsbJtag = usbJtag;
    }

    public string Name { get; }

    public bool IsUsbJtag { get; }

    /// <exception cref="SerialLineException">Missing, busy, denied, or no tty.</exception>
    public static LinuxSerialLine Open(string path, int baud, bool usbJtag)
    {
        // The last run's hold can outlive it for a moment: a program started meanwhile has a copy of the descriptor until it is loaded.
        for (long until = Environment.TickCount64 + (long)LetGoLimit.TotalMilliseconds; ; Thread.Sleep(20))
        {
            try
            {
                return OpenOnce(path, baud, usbJtag);
            }
            catch (SerialLineException fault) when (fault.Fault == SerialFault.Busy && Environment.TickCount64 < until)
            {
                // Once more.
            }
        }
    }

    private static LinuxSerialLine OpenOnce(string path, int baud, bool usbJtag)
    {
        int handle = Termios2.Open(path);
        if (handle < 0)
        {
            throw Marshal.GetLastPInvokeError() switch
            {
                NoEntry or NoDevice or 6 => new SerialLineException(SerialFault.Missing, $"There is no serial port {path}."),
                Denied or 1 => new SerialLineException(SerialFault.Denied, $"This user may not open {path}."),
                Busy => new SerialLineException(SerialFault.Busy, $"{path} is held by another program."),
                int other => new SerialLineException(SerialFault.Missing, $"{path} cannot be opened ({Marshal.GetPInvokeErrorMessage(other)})."),
            };
        }

        if (!Termios2.TakeExclusively(handle))
        {
            int error = Marshal.GetLastPInvokeError();
            Termios2.Close(handle);
            throw error == WouldBlockLock
                ? new SerialLineException(SerialFault.Busy, $"{path} is held by another program.")
                : new SerialLineException(SerialFault.Unsupported, $"{path} is not a serial port.");
        }

        LinuxSerialLine line = new(handle, path, usbJtag);
        try
        {
            line.SetBaud(baud);
            return line;
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        short ready = Termios2.Wait(_handle, Termios2.PollIn, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue));
        if (ready == 0) return 0;
        nint count = Termios2.Read(_handle, buffer);
        if (count > 0) return (int)count;
        int error = Marshal.GetLastPInvokeError();
        if (count < 0 && error == Again) return 0;
        // A tty that answers 0 bytes or EIO after poll said it is ready has been unplugged.
        throw new SerialLineException(SerialFault.Lost, $"{Name} is gone: the board was unplugged, or its USB chip restarted.");
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        long until = Environment.TickCount64 + (long)WriteLimit.TotalMilliseconds;
        while (bytes.Length > 0)
        {
            nint count = Termios2.Write(_handle, bytes);
            if (count > 0)
            {
                bytes = bytes[(int)count..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is not (Again or 4)) throw new SerialLineException(SerialFault.Lost, $"{Name} is gone: the board was unplugged, or its USB chip restarted.");
            if (Environment.TickCount64 > until) throw new SerialLineException(SerialFault.Lost, $"{Name} takes no more bytes: the board's USB side hangs.");
            _ = Termios2.Wait(_handle, Termios2.PollOut, 100);
        }
    }

    public void SetBaud(int baud)
    {
        if (Termios2.SetRaw(_handle, baud)) return;
        throw Marshal.GetLastPInvokeError() is NotTty
            ? new SerialLineException(SerialFault.Unsupported, $"{Name} is not a serial port.")
            : new SerialLineException(SerialFault.Unsupported, $"{Name} cannot run at {baud} baud.");
    }

    public bool SetControl(bool dtr, bool rts)
    {
        if (Termios2.SetModemLines(_handle, (dtr ? Termios2.Dtr : 0) | (rts ? Termios2.Rts : 0))) return true;
        return Marshal.GetLastPInvokeError() is NotTty or Invalid or Io
            ? false
            : throw new SerialLineException(SerialFault.Lost, $"{Name} is gone: the board was unplugged, or its USB chip restarted.");
    }

    public void DiscardInput() => Termios2.DiscardInput(_handle);

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        Termios2.Close(_handle);
    }
}
