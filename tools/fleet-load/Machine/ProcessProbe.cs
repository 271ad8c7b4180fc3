using System.Globalization;

namespace Devices.FleetLoad.Machine;

/// <summary>What the kernel says of a process (<c>proc(5)</c>): each part's share of the two cores, apart from the others'.</summary>
internal static class ProcessProbe
{
    // USER_HZ: 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of processor time so far, user and system.</summary>
    public static double Cpu(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Resident memory, bytes.</summary>
    public static long Resident(int process) => Field($"/proc/{process}/status", "VmRSS:") * 1024;

    public static int Handles(int process) => Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count();

    public static int Threads(int process) => (int)Field($"/proc/{process}/status", "Threads:");

    /// <summary>Bytes that the process has sent to the disk (pages made dirty); 0 where the kernel does not tell.</summary>
    public static long Written(int process)
    {
        try
        {
            return Field($"/proc/{process}/io", "write_bytes:");
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static long Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? Number(line[name.Length..].Trim().Split(' ')[0]) : 0;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
