using System.Globalization;
using System.Runtime.InteropServices;

namespace Devices.Faults.World;

/// <summary>A process with those it has started.</summary>
internal static partial class ProcessTree
{
    public const int Stop = 19, Continue = 18, Kill = 9;

    /// <summary>Sends a signal to a process and its children, the parent first.</summary>
    public static void Signal(int root, int signal)
    {
        int[] children = [.. Children(root)];
        _ = SendSignal(root, signal);
        foreach (int child in children) _ = SendSignal(child, signal);
    }

    // The fourth field of /proc/PID/stat, behind the name in brackets, is the parent.
    public static IEnumerable<int> Children(int parent)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int process)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(directory, "stat"));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                continue; // ended meanwhile
            }
            if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture)) yield return process;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
