using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Devices.Cli.Flash.Serial;

/// <summary>The few calls of Windows' communications API (winbase.h) that a serial line needs, and their structures.</summary>
internal static partial class Win32Comm
{
    public const uint GenericRead = 0x8000_0000, GenericWrite = 0x4000_0000, OpenExisting = 3;
    public const uint SetRts = 3, ClearRts = 4, SetDtr = 5, ClearDtr = 6;
    public const uint PurgeReceived = 0x0008;
    public const int InvalidFunction = 1, NotFound = 2, PathNotFound = 3, AccessDenied = 5, GeneralFailure = 31, SharingViolation = 32, NotSupported = 50, InvalidParameter = 87, NotReady = 21, BadCommand = 22, Aborted = 995, DeviceRemoved = 1617;

    /// <summary>COMMTIMEOUTS, milliseconds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Timeouts
    {
        public uint ReadInterval, ReadMultiplier, ReadConstant, WriteMultiplier, WriteConstant;

        /// <summary>
        /// A read gives what is there at once, and waits for the first byte at most <paramref name="read"/>: the combination that the remarks of
        /// COMMTIMEOUTS give for it.
        /// </summary>
        public static Timeouts Of(TimeSpan read, TimeSpan write)
        {
            uint wait = (uint)Math.Clamp(read.TotalMilliseconds, 0, uint.MaxValue - 1);
            return new() { ReadInterval = uint.MaxValue, ReadMultiplier = wait == 0 ? 0 : uint.MaxValue, ReadConstant = wait, WriteConstant = (uint)write.TotalMilliseconds };
        }
    }

    /// <summary>DCB: 28 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Dcb
    {
        public uint Length, BaudRate, Flags;
        public ushort Reserved, XonLimit, XoffLimit;
        public byte ByteSize, Parity, StopBits, XonChar, XoffChar, ErrorChar, EofChar, EventChar;
        public ushort Reserved1;

        /// <summary>8N1, binary, no flow control, both control wires let go.</summary>
        public static Dcb Raw(int baud) => new() { Length = 28, BaudRate = (uint)baud, Flags = 0x1, ByteSize = 8 };
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    public static partial SafeFileHandle Open(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "SetCommState", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetState(SafeFileHandle handle, in Dcb dcb);

    [LibraryImport("kernel32", EntryPoint = "SetCommTimeouts", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetTimeouts(SafeFileHandle handle, in Timeouts timeouts);

    [LibraryImport("kernel32", EntryPoint = "EscapeCommFunction", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Escape(SafeFileHandle handle, uint function);

    [LibraryImport("kernel32", EntryPoint = "PurgeComm", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Purge(SafeFileHandle handle, uint what);

    [LibraryImport("kernel32", EntryPoint = "ReadFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Read(SafeFileHandle handle, Span<byte> buffer, uint length, out uint count, nint overlapped);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Write(SafeFileHandle handle, ReadOnlySpan<byte> buffer, uint length, out uint count, nint overlapped);
}
