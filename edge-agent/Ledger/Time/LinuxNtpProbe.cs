using System.Runtime.InteropServices;

namespace Devices.Edge.Ledger.Time;

/// <summary>
/// adjtimex(2) with no modes set: reads the kernel's clock state, needs no privilege, and is kept by chrony, ntpd and
/// systemd-timesyncd alike. Setting the clock by hand makes the kernel unsynchronised again by itself.
/// </summary>
public sealed partial class LinuxNtpProbe : INtpProbe
{
    private const int TimeError = 5;
    private const int StaUnsync = 0x40;

    public NtpReading Read()
    {
        if (!OperatingSystem.IsLinux()) return NtpReading.No;
        var timex = new Timex();
        int state = adjtimex(ref timex);
        if (state is < 0 or TimeError || (timex.Status & StaUnsync) != 0) return NtpReading.No;
        return new(true, Math.Max(1, ((long)timex.MaxError + 999) / 1000));
    }

    // The kernel writes up to 208 bytes here on 64-bit; the tail is only room.
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Timex
    {
        public uint Modes;
        public nint Offset;
        public nint Frequency;
        public nint MaxError;
        public nint EstimatedError;
        public int Status;
        public fixed byte Rest[256];
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int adjtimex(ref Timex timex);
}
