using System.Globalization;

namespace Devices.FleetLoad.Machine;

/// <summary>
/// Holds this program and whatever it starts to so many write operations a second on the disk of a folder, as a small rented disk has: the kernel's own control group,
/// version 1 (<c>blkio.throttle.write_iops_device</c>, kernel's admin-guide/cgroup-v1/blkio-controller) or 2 (<c>io.max</c>, admin-guide/cgroup-v2).
/// </summary>
internal sealed class DiskLimit : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    private readonly string _group;
    private readonly string _before;

    private DiskLimit(string group, string before) => (_group, _before) = (group, before);

    /// <exception cref="LoadFault">This machine or user cannot limit a disk.</exception>
    public static DiskLimit Set(string folder, int writes)
    {
        string disk = DiskOf(folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"devices-load-{Environment.ProcessId}");
        bool first = Directory.Exists(Path.Combine(Root, "blkio"));
        string top = first ? Path.Combine(Root, "blkio") : Root;
        string group = Path.Combine(top, name);
        try
        {
            string before = Path.Combine(top, Own(first).TrimStart('/'), "cgroup.procs");
            if (!first) File.WriteAllText(Path.Combine(Root, "cgroup.subtree_control"), "+io");
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, first ? "blkio.throttle.write_iops_device" : "io.max"), string.Create(CultureInfo.InvariantCulture, $"{disk} {(first ? "" : "wiops=")}{writes}"));
            Join(Path.Combine(group, "cgroup.procs"));
            return new(group, before);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Remove(group);
            throw new LoadFault($"The disk cannot be held to {writes} write operations a second here ({fault.Message}). It takes root, and control groups with blkio or io: leave --write-operations out, or run this there.");
        }
    }

    public void Dispose()
    {
        try
        {
            Join(_before);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"This program stays in {_group} until it ends: {fault.Message}");
        }
        Remove(_group);
    }

    private static void Join(string processes) => File.WriteAllText(processes, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    private static void Remove(string group)
    {
        try
        {
            if (Directory.Exists(group)) Directory.Delete(group);
        }
        catch (IOException)
        {
            // A program that was started in it is still ending: the next start of the machine removes it.
        }
    }

    // "7:blkio:/path", or "0::/path".
    private static string Own(bool first) => File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3))
        .Where(part => first ? part[1].Split(',').Contains("blkio") : part[1].Length == 0).Select(part => part[2]).FirstOrDefault() ?? "/";

    // Of the mount that the folder is on, the disk: a partition cannot be limited.
    private static string DiskOf(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.GetFullPath(folder);
        string device = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Where(part => part[4] == "/" || path == part[4] || path.StartsWith(part[4] + "/", StringComparison.Ordinal))
            .OrderBy(part => part[4].Length).Last()[2];
        string known = $"/sys/dev/block/{device}";
        if (!Directory.Exists(known)) throw new LoadFault($"{folder} lies on no disk of its own (device {device}), so that its writes cannot be limited: give a --data on a disk.");
        string real = new DirectoryInfo(known).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        return File.Exists(Path.Combine(real, "partition")) ? File.ReadAllText(Path.Combine(Path.GetDirectoryName(real)!, "dev")).Trim() : device;
    }
}
