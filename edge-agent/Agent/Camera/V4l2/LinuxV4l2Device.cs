using System.Runtime.InteropServices;

namespace Devices.Edge.Agent.Camera.V4l2;

/// <summary>The real system calls, from libc. <c>ioctl</c> is variadic in C; on 64-bit Linux the third argument travels the same way.</summary>
internal sealed unsafe partial class LinuxV4l2Device : IV4l2Device
{
    public int Errno => Marshal.GetLastPInvokeError();

    public int Open(string path, int flags) => open(path, flags);

    public int Close(int fd) => close(fd);

    public int Ioctl(int fd, uint request, void* argument) => ioctl(fd, request, argument);

    public byte* Map(int fd, uint length, uint offset)
    {
        nint address = mmap(0, length, 0x1 | 0x2, 0x1, fd, (nint)offset); // PROT_READ | PROT_WRITE, MAP_SHARED
        return address == -1 ? null : (byte*)address;
    }

    public int Unmap(byte* address, uint length) => munmap((nint)address, length);

    public int Poll(int fd, int milliseconds, out short events)
    {
        PollFd entry = new() { Fd = fd, Events = V4l2Numbers.PollIn };
        int result = poll(&entry, 1, milliseconds);
        events = entry.Revents;
        return result;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

#pragma warning disable IDE1006, SA1300 // names of libc
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollFd* entries, nuint count, int milliseconds);
#pragma warning restore IDE1006, SA1300
}
