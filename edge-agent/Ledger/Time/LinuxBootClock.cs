using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Devices.Edge.Ledger.Time;

/// <summary>
/// CLOCK_BOOTTIME (clock_gettime(2)) and <c>/proc/sys/kernel/random/boot_id</c> (random(4)). CLOCK_BOOTTIME rather than
/// CLOCK_MONOTONIC because it goes on through suspend.
/// </summary>
public sealed partial class LinuxBootClock : IBootClock
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const int ClockBoottime = 7;

    /// <summary>Reads the boot id once.</summary>
    /// <param name="bootIdFile">Where the boot id stands; tests give another file.</param>
    public LinuxBootClock(string bootIdFile = BootIdFile)
    {
        // Elsewhere than on Linux each start of the program counts as a boot: held punches are then never corrected over a restart,
        // which is less than possible but never wrong.
        BootId = File.Exists(bootIdFile) ? File.ReadAllText(bootIdFile).Trim() : Guid.NewGuid().ToString();
        if (BootId.Length == 0) BootId = Guid.NewGuid().ToString();
    }

    public string BootId { get; }

    public long MonotonicMs
    {
        get
        {
            if (OperatingSystem.IsLinux() && clock_gettime(ClockBoottime, out Timespec now) == 0)
                return (long)now.Seconds * 1000 + now.Nanoseconds / 1_000_000;
            return (long)(Stopwatch.GetTimestamp() * (1000.0 / Stopwatch.Frequency));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);
}
