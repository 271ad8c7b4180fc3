using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Devices.Cli.Flash.Serial;

/// <summary>
/// The few calls of Linux's tty interface that are needed (ioctl_tty(2), termios(3)); the numbers are those of asm-generic, the same on
/// x86-64 and arm64. <c>termios2</c> with BOTHER takes any speed, which the portable form does not.
/// </summary>
internal static unsafe partial class Termios2
{
    public const uint Cs8 = 0x30, Cread = 0x80, Clocal = 0x800, Bother = 0x1000;
    public const int Dtr = 0x2, Rts = 0x4;
    public const short PollIn = 1, PollOut = 4;

    private const nuint GetSettings = 0x802C542A, SetSettings = 0x402C542B, Flush = 0x540B, Exclusive = 0x540C, SetModem = 0x5418;
    private const int ReadWrite = 2, NoControllingTty = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;

    public static int Open(string path) => open(path, ReadWrite | NoControllingTty | NonBlocking | CloseOnExec);

    public static bool TakeExclusively(int handle) => ioctl(handle, Exclusive, null) == 0 && flock(handle, 2 | 4) == 0;

    /// <summary>Raw bytes, 8N1, no flow control, at any speed.</summary>
    public static bool SetRaw(int handle, int baud)
    {
        Settings settings;
        if (ioctl(handle, GetSettings, &settings) != 0) return false;
        settings.Input = settings.Output = settings.Local = 0;
        settings.Control = Cs8 | Cread | Clocal | Bother;
        settings.InputSpeed = settings.OutputSpeed = (uint)baud;
        settings.Characters = default;
        return ioctl(handle, SetSettings, &settings) == 0;
    }

    public static bool SetModemLines(int handle, int lines) => ioctl(handle, SetModem, &lines) == 0;

    public static void DiscardInput(int handle) => _ = ioctl(handle, Flush, null);

    /// <summary>Waits for <paramref name="what"/>; the events that came, 0 when none did.</summary>
    public static short Wait(int handle, short what, int milliseconds)
    {
        PollEntry entry = new() { Handle = handle, Events = what };
        return poll(&entry, 1, milliseconds) > 0 ? entry.Returned : (short)0;
    }

    public static nint Read(int handle, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer) return read(handle, bytes, (nuint)buffer.Length);
    }

    public static nint Write(int handle, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer) return write(handle, bytes, (nuint)buffer.Length);
    }

    public static void Close(int handle) => _ = close(handle);

    [InlineArray(19)]
    private struct ControlCharacters
    {
        private byte _first;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
    {
        public uint Input, Output, Control, Local;
        public byte Line;
        public ControlCharacters Characters;
        public uint InputSpeed, OutputSpeed;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Handle;
        public short Events, Returned;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int handle, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int handle, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int handle, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int handle, byte* buffer, nuint length);
}
