using System.Globalization;
using System.Security.Cryptography;
using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Memory, randomness and log lines of the host; a reboot ends the process with code 75.</summary>
public sealed class HostSystem(TextWriter output, TimeProvider time) : ISystem
{
    /// <summary>Exit code of a reboot that the firmware asked for.</summary>
    public const int RebootCode = 75;

    private readonly Lock _gate = new();

    public long FreeBytes => Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetTotalMemory(false));

    public int Random() => RandomNumberGenerator.GetInt32(int.MaxValue);

    public void Log(string line)
    {
        lock (_gate)
        {
            output.WriteLine(time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture) + " " + line);
            output.Flush();
        }
    }

    public void Reboot(string reason)
    {
        Log("reboot: " + reason);
        Environment.Exit(RebootCode);
    }
}
