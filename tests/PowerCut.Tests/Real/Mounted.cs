using System.Diagnostics;
using System.Globalization;

namespace Devices.PowerCut.Tests.Real;

/// <summary>
/// A small disk of its own for one process: a tmpfs in a mount namespace that ends with the process, so nothing stays behind whatever happens.
/// From outside it is reached through <c>/proc/PID/root</c>.
/// </summary>
internal static class Mounted
{
    private static readonly string[] Unshare = Environment.UserName == "root" ? ["unshare", "--mount"] : ["unshare", "--map-root-user", "--mount"];

    /// <summary>Skips the running test where this account may not mount.</summary>
    public static void OrSkip()
    {
        string folder = Directory.CreateTempSubdirectory("pwr-").FullName;
        try
        {
            Assert.SkipUnless(Run([.. Unshare, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]) == 0, "This account may not make a mount namespace with a tmpfs in it (as root, or with unprivileged user namespaces, it runs).");
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>What to start a program through, so that <paramref name="folder"/> is a disk of this size for it.</summary>
    public static string[] Through(string folder, int mebibytes)
    {
        Directory.CreateDirectory(folder);
        return [.. Unshare, "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"mount -t tmpfs -o size={mebibytes}m,mode=0700 tmpfs '{folder}' && exec \"$@\""), "sh"];
    }

    /// <summary>The folder as the process sees it.</summary>
    public static string Inside(int process, string folder) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/root{folder}");

    /// <summary>Fills the disk, but for the bytes that shall be left.</summary>
    public static void Fill(string folder, long left)
    {
        byte[] block = new byte[4096];
        using FileStream file = new(Path.Combine(folder, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (new DriveInfo(folder).AvailableFreeSpace > left) file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public static void Free(string folder) => File.Delete(Path.Combine(folder, "filler"));

    public static int Run(string[] line)
    {
        using Process process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit(20_000);
        return process.HasExited ? process.ExitCode : -1;
    }
}
