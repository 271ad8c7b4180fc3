using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Devices.Edge.Ledger.Board;

/// <summary>
/// What Linux tells about the board that the ledger lies on, from procfs and sysfs: disk, wear, supply, temperature. Reads only; what is not
/// there is null and never a fault.
/// </summary>
/// <param name="root">Where <c>/proc</c> and <c>/sys</c> are; a made-up tree in tests.</param>
/// <param name="room">statvfs(3); another one in tests.</param>
public sealed partial class BoardReader(string root = "/", Func<string, FileSystemRoom?>? room = null)
{
    private readonly Func<string, FileSystemRoom?> _room = room ?? StatVfs;

    /// <summary>The board's model as its device tree names it, such as <c>Raspberry Pi 4 Model B Rev 1.4</c>; null on a PC.</summary>
    public string? Model => Text("proc/device-tree/model") ?? Text("sys/class/dmi/id/product_name");

    /// <summary>The kernel's release.</summary>
    public string? Kernel => Text("proc/sys/kernel/osrelease");

    /// <summary>The distribution, <c>PRETTY_NAME</c> of os-release(5).</summary>
    public string? Distribution => (Text("etc/os-release") ?? Text("usr/lib/os-release"))?.Split('\n').FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?["PRETTY_NAME=".Length..].Trim('"');

    /// <summary>Seconds since the kernel started.</summary>
    public double? UptimeSeconds => Text("proc/uptime")?.Split(' ')[0] is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? seconds : null;

    /// <summary>Bytes of memory, and how many can still be had.</summary>
    public (long Total, long Available)? Memory
    {
        get
        {
            string[] lines = Text("proc/meminfo")?.Split('\n') ?? [];
            long? Of(string key) => lines.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) is { } line && Digits().Match(line) is { Success: true } found ? long.Parse(found.Value, CultureInfo.InvariantCulture) * 1024 : null;
            return Of("MemTotal:") is { } total && Of("MemAvailable:") is { } available ? (total, available) : null;
        }
    }

    /// <summary>The real-time clock's time, ms since the Unix epoch; null where there is none.</summary>
    public long? RealTimeClock => Number("sys/class/rtc/rtc0/since_epoch") is { } seconds ? seconds * 1000 : null;

    /// <summary>Programs that keep the clock and that run here, by the files they leave in /run.</summary>
    public IReadOnlyList<string> TimeServices =>
    [
        .. new (string Path, string Name)[] { ("run/chrony", "chrony"), ("run/systemd/timesync", "systemd-timesyncd"), ("run/ntpd.pid", "ntpd"), ("run/ntpsec", "ntpsec") }
            .Where(one => File.Exists(At(one.Path)) || Directory.Exists(At(one.Path))).Select(one => one.Name),
    ];

    /// <summary>The file system that holds <paramref name="directory"/>; null where the kernel does not say.</summary>
    public DiskFacts? Disk(string directory)
    {
        string full = Path.GetFullPath(directory);
        Mount? best = null;
        foreach (string line in Lines("proc/self/mountinfo"))
            if (Mount.Read(line) is { } mount && Holds(mount.Point, full) && (best is null || mount.Point.Length >= best.Point.Length)) best = mount;
        if (best is null) return null;
        (string? block, string? disk) = Device(best);
        string weak = string.Join(", ", best.Options.Where(o => o is "nobarrier" or "barrier=0" or "data=writeback" or "volatile"));
        string device = disk is null ? "" : Path.Combine("sys/block", disk, "device");
        int[] life = disk is null ? [] : Hex(Text(Path.Combine(device, "life_time")));
        int? end = disk is null ? null : Hex(Text(Path.Combine(device, "pre_eol_info"))) is [var word, ..] && word > 0 ? word : null;
        return new(best.Point, best.Type, best.Options.Contains("ro"), weak, disk, disk is not null && Text(Path.Combine(device, "type")) == "SD",
            life.Length > 0 && life.Max() is > 0 and var worst ? worst >= 11 ? 110 : worst * 10 : null, end,
            best.Type.StartsWith("ext", StringComparison.Ordinal) && block is not null ? Number(Path.Combine("sys/fs", best.Type, block, "errors_count")) : null,
            disk is null ? null : Hex(Text(Path.Combine(device, "ioerr_cnt"))) is [var failed, ..] ? failed : null)
        {
            Room = _room(full),
        };
    }

    /// <summary>The supply, from whichever of the kernel's files is there.</summary>
    public PowerFacts Power()
    {
        foreach (string file in (string[])["sys/devices/platform/soc/soc:firmware/get_throttled", "sys/devices/platform/axi/axi:firmware/get_throttled"])
            if (Text(file) is { Length: > 0 } word && uint.TryParse(word.Replace("0x", "", StringComparison.OrdinalIgnoreCase), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint bits))
                return PowerFacts.FromThrottled("/" + file, bits);
        foreach (string chip in Folders("sys/class/hwmon"))
            foreach (string alarm in Names(chip, "in*_lcrit_alarm"))
                if (Number(alarm) is { } raised) return new($"/{alarm} ({Text(Path.Combine(chip, "name")) ?? "hwmon"})", raised != 0, null, null, null);
        return PowerFacts.Unknown;
    }

    /// <summary>Every temperature that the kernel knows.</summary>
    public IReadOnlyList<ThermalZone> Temperatures()
    {
        List<ThermalZone> zones = [];
        foreach (string zone in Folders("sys/class/thermal").Where(f => Path.GetFileName(f).StartsWith("thermal_zone", StringComparison.Ordinal)))
        {
            if (Number(Path.Combine(zone, "temp")) is not { } thousandths) continue;
            double? critical = Names(zone, "trip_point_*_type").Where(t => Text(t) == "critical")
                .Select(t => Number(t[..^"type".Length] + "temp")).FirstOrDefault(t => t > 0) / 1000.0;
            zones.Add(new(Text(Path.Combine(zone, "type")) ?? Path.GetFileName(zone), thousandths / 1000.0, critical));
        }

        return zones;
    }

    private string At(string path) => Path.Combine(root, path);

    private (string? Block, string? Disk) Device(Mount mount)
    {
        string? block = null;
        if (!mount.Number.StartsWith("0:", StringComparison.Ordinal)) block = Target(Path.Combine("sys/dev/block", mount.Number));
        // btrfs and the like have a number of their own; what they lie on stands as the source.
        if (block is null && mount.Source.StartsWith("/dev/", StringComparison.Ordinal)) block = Target(Path.Combine("sys/class/block", Path.GetFileName(mount.Source)));
        if (block is null) return (null, null);
        string name = Path.GetFileName(block);
        // A partition lies in its disk's folder.
        return (name, File.Exists(Path.Combine(block, "partition")) ? Path.GetFileName(Path.GetDirectoryName(block)) : name);
    }

    private string? Target(string link)
    {
        string path = At(link);
        try
        {
            if (Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target) return target.FullName;
            return Directory.Exists(path) ? path : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string? Text(string path)
    {
        try
        {
            return File.ReadAllText(At(path)).Trim('\0', '\n', ' ', '\r', '\t');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private long? Number(string path) => long.TryParse(Text(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    private string[] Lines(string path) => Text(path)?.Split('\n') ?? [];

    private IEnumerable<string> Folders(string path) => Directory.Exists(At(path)) ? Directory.EnumerateDirectories(At(path)).Order(StringComparer.Ordinal).Select(f => Path.GetRelativePath(root, f)) : [];

    private IEnumerable<string> Names(string folder, string pattern) => Directory.EnumerateFiles(At(folder), pattern).Order(StringComparer.Ordinal).Select(f => Path.GetRelativePath(root, f));

    private static int[] Hex(string? text) =>
    [
        .. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => int.TryParse(w.Replace("0x", "", StringComparison.OrdinalIgnoreCase), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int n) ? n : -1).Where(n => n >= 0),
    ];

    private static bool Holds(string point, string path) => point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);

    private static FileSystemRoom? StatVfs(string directory)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || Ask(directory, out Vfs vfs) != 0) return null;
        long unit = (long)vfs.FragmentSize;
        return new((long)vfs.Blocks * unit, (long)vfs.Available * unit, (long)vfs.Files, (long)vfs.FilesAvailable);
    }

    // statvfs(3) on 64-bit Linux, glibc and musl alike; the tail is only room.
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Vfs
    {
        public ulong BlockSize, FragmentSize, Blocks, Free, Available, Files, FilesFree, FilesAvailable, Id, Flags, NameMax;
        public fixed int Rest[16];
    }

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Ask(string path, out Vfs vfs);

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    // proc_pid_mountinfo(5): id parent major:minor root point options … - type source options
    private sealed record Mount(string Number, string Point, string Type, string Source, HashSet<string> Options)
    {
        public static Mount? Read(string line)
        {
            string[] words = line.Split(' ');
            int dash = Array.IndexOf(words, "-");
            return dash < 6 || words.Length < dash + 4 ? null
                : new(words[2], Plain(words[4]), words[dash + 1], Plain(words[dash + 2]), [.. words[5].Split(','), .. words[dash + 3].Split(',')]);
        }

        private static string Plain(string text) => Octal().Replace(text, m => ((char)Convert.ToInt32(m.Groups[1].Value, 8)).ToString());
    }

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}
