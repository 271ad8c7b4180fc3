using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Devices.Faults.Net;

/// <summary>
/// One TUN device (Linux, Documentation/networking/tuntap.rst): what the kernel routes into it is read here packet by packet, and what is
/// written here comes out of it. No kernel module for network emulation is needed.
/// </summary>
internal sealed partial class Tun : IDisposable
{
    private const int OpenReadWrite = 2, CloseOnExec = 0x80000, SetInterface = 0x400454CA, PollIn = 1;
    private const short TunWithoutHeader = 0x1001;
    private readonly int _file;
    private int _disposed;

    /// <exception cref="Win32Exception">The system does not permit it.</exception>
    public Tun(string name)
    {
        Name = name;
        _file = Open("/dev/net/tun", OpenReadWrite | CloseOnExec);
        if (_file < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "/dev/net/tun cannot be opened");
        Span<byte> request = stackalloc byte[40];
        System.Text.Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request[16..], TunWithoutHeader);
        unsafe
        {
            fixed (byte* pointer = request)
                if (Control(_file, SetInterface, pointer) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"the TUN device {name} cannot be made");
        }
    }

    public string Name { get; }

    /// <summary>The next packet's length; 0 where none came within 200 ms; -1 when the device is gone.</summary>
    public unsafe int Read(byte[] packet)
    {
        PollEntry entry = new() { File = _file, Events = PollIn };
        if (Volatile.Read(ref _disposed) != 0) return -1;
        int ready = Poll(&entry, 1, 200);
        if (ready <= 0) return 0;
        fixed (byte* pointer = packet)
        {
            nint length = ReadFile(_file, pointer, (nuint)packet.Length);
            return length < 0 ? -1 : (int)length;
        }
    }

    /// <summary>Sends a packet out; what the kernel does not take is lost, as on any wire.</summary>
    public unsafe void Write(ReadOnlySpan<byte> packet)
    {
        if (Volatile.Read(ref _disposed) != 0) return;
        fixed (byte* pointer = packet) _ = WriteFile(_file, pointer, (nuint)packet.Length);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _ = Close(_file);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Control(int file, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint ReadFile(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static unsafe partial nint WriteFile(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
