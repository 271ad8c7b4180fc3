using System.Globalization;

namespace Devices.Edge.Ledger.Time;

/// <summary>
/// <c>/sys/class/rtc/rtc0</c>: taken as valid only where the kernel itself set the system clock from it at boot (<c>hctosys</c> is 1),
/// which it does only when the chip reports no power loss.
/// </summary>
/// <param name="directory">The RTC's sysfs directory; tests give another.</param>
public sealed class LinuxRtcProbe(string directory = "/sys/class/rtc/rtc0") : IRtcProbe
{
    public long? ReadMs()
    {
        try
        {
            if (File.ReadAllText(Path.Combine(directory, "hctosys")).Trim() != "1") return null;
            string text = File.ReadAllText(Path.Combine(directory, "since_epoch")).Trim();
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? seconds * 1000 : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
