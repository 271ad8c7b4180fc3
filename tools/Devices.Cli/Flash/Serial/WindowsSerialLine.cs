using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Devices.Cli.Flash.Serial;

/// <summary>A COM port of Windows. Opened without sharing, so that nobody else reads the chip's answers.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSerialLine : ISerialLine
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);
    private readonly SafeFileHandle _handle;
    private TimeSpan _wait = TimeSpan.MinValue;

    private WindowsSerialLine(SafeFileHandle handle, string name, bool usbJtag) => (_handle, Name, IsUsbJtag) = (handle, name, usbJtag);

    public string Name { get; }

    public bool IsUsbJtag { get; }

    /// <exception cref="SerialLineException">Missing, busy, or no serial port.</exception>
    public static WindowsSerialLine Open(string name, int baud, bool usbJtag)
    {
        // COM10 and beyond are reached by the device's name only.
        SafeFileHandle handle = Win32Comm.Open(@"\\.\" + name.TrimEnd(':'), Win32Comm.GenericRead | Win32Comm.GenericWrite, 0, 0, Win32Comm.OpenExisting, 0, 0);
        if (handle.IsInvalid)
        {
            SerialLineException fault = OpenFault(name, Marshal.GetLastPInvokeError());
            handle.Dispose();
            throw fault;
        }

        WindowsSerialLine line = new(handle, name, usbJtag);
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

    /// <summary>Why a port cannot be opened, from the error's number.</summary>
    internal static SerialLineException OpenFault(string name, int error) => error switch
    {
        Win32Comm.NotFound or Win32Comm.PathNotFound or Win32Comm.DeviceRemoved => new(SerialFault.Missing, $"There is no serial port {name}."),
        // A port that somebody holds is refused as an access.
        Win32Comm.AccessDenied or Win32Comm.SharingViolation => new(SerialFault.Busy, $"{name} is held by another program."),
        _ => new(SerialFault.Missing, $"{name} cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})."),
    };

    /// <summary>Whether a driver says by this error that its port has no control wires: virtual ports answer in these three ways.</summary>
    internal static bool HasNoWires(int error) => error is Win32Comm.InvalidParameter or Win32Comm.InvalidFunction or Win32Comm.NotSupported;

    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        if (timeout != _wait)
        {
            if (!Win32Comm.SetTimeouts(_handle, Win32Comm.Timeouts.Of(timeout, WriteLimit))) throw Lost();
            _wait = timeout;
        }

        return Win32Comm.Read(_handle, buffer, (uint)buffer.Length, out uint count, 0) ? (int)count : throw Lost();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (!Win32Comm.Write(_handle, bytes, (uint)bytes.Length, out uint count, 0)) throw Lost();
            if (count == 0) throw new SerialLineException(SerialFault.Lost, $"{Name} takes no more bytes: the board's USB side hangs.");
            bytes = bytes[(int)count..];
        }
    }

    public void SetBaud(int baud)
    {
        if (Win32Comm.SetState(_handle, Win32Comm.Dcb.Raw(baud))) return;
        int error = Marshal.GetLastPInvokeError();
        throw error == Win32Comm.InvalidParameter ? new SerialLineException(SerialFault.Unsupported, $"{Name} cannot run at {baud} baud.") : Lost();
    }

    // Two calls, DTR first: then the state between lets the chip run neither its program nor its loader. The driver usbser.sys sends RTS only
    // together with a change of DTR (esptool documentation, "Automatic bootloader", Windows): the same DTR once more.
    public bool SetControl(bool dtr, bool rts)
    {
        uint d = dtr ? Win32Comm.SetDtr : Win32Comm.ClearDtr, r = rts ? Win32Comm.SetRts : Win32Comm.ClearRts;
        if (Win32Comm.Escape(_handle, d) && Win32Comm.Escape(_handle, r) && Win32Comm.Escape(_handle, d)) return true;
        return HasNoWires(Marshal.GetLastPInvokeError()) ? false : throw Lost();
    }

    public void DiscardInput() => Win32Comm.Purge(_handle, Win32Comm.PurgeReceived);

    public void Dispose() => _handle.Dispose();

    private SerialLineException Lost() => new(SerialFault.Lost, $"{Name} is gone: the board was unplugged, or its USB chip restarted.");
}
