using System.Globalization;
using System.Runtime.InteropServices;

namespace Devices.FleetLoad.Machine;

/// <summary>What a reader of the figures must know of the machine.</summary>
internal static class Facts
{
    public static string Line()
    {
        string model = Find("/proc/cpuinfo", "model name") is { Length: > 0 } name ? name : RuntimeInformation.ProcessArchitecture.ToString();
        long memory = long.Parse(Find("/proc/meminfo", "MemTotal") is { Length: > 0 } text ? text.Split(' ')[0] : "0", CultureInfo.InvariantCulture) / 1024 / 1024;
        return string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({model}), {memory} GiB, {RuntimeInformation.OSDescription.Split('#')[0].Trim()}, .NET {Environment.Version}; everything on loopback, the load generator on the same cores");
    }

    /// <summary>How often a second this folder's disk takes 4 KiB durably, one after the other: what a commit a message can reach at most.</summary>
    public static double SyncsPerSecond(string folder)
    {
        string file = Path.Combine(folder, "sync.tmp");
        byte[] block = new byte[4096];
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        int count = 0;
        using (FileStream stream = new(file, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            while (count < 2000 && watch.Elapsed < TimeSpan.FromSeconds(1))
            {
                stream.Write(block);
                stream.Flush(flushToDisk: true);
                count++;
            }
        }

        File.Delete(file);
        return count / watch.Elapsed.TotalSeconds;
    }

    private static string Find(string file, string name) => !File.Exists(file) ? ""
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "";
}
