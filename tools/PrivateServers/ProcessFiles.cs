using System.Globalization;

namespace Devices.PrivateServers;

/// <summary>What the system tells of other processes, proc(5).</summary>
public static class ProcessFiles
{
    /// <summary>The fields of /proc/PID/stat behind the name in brackets: the first is the state, the second the parent; none where there is no such process.</summary>
    public static string[] Stat(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether it runs; what has ended and was not yet waited for does not.</summary>
    public static bool Alive(int process) => Stat(process) is [not "Z", ..];

    /// <summary>Processor time so far, of it and what it has waited for: utime and stime, the 12th and 13th field.</summary>
    public static TimeSpan Processor(int process) => Stat(process) is { Length: > 12 } fields
        ? TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)))
        : TimeSpan.Zero;

    /// <summary>Bytes in memory of its own.</summary>
    public static long Resident(int process) => 1024 * Number($"/proc/{process}/status", "VmRSS:");

    public static int Threads(int process) => (int)Number($"/proc/{process}/status", "Threads:");

    public static int Handles(int process) => Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count();

    /// <summary>Bytes that it has sent to the disk (pages made dirty); 0 where the kernel does not tell.</summary>
    public static long Written(int process)
    {
        try
        {
            return Number($"/proc/{process}/io", "write_bytes:");
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The processes that it has started and that have not ended.</summary>
    public static IEnumerable<int> Children(int parent)
    {
        string wanted = parent.ToString(CultureInfo.InvariantCulture);
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int process) && Stat(process) is [_, var one, ..] && one == wanted)
                yield return process;
    }

    private static long Number(string file, string name) => File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        ? long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)
        : 0;
}
