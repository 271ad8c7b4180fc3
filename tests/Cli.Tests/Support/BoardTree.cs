using Devices.Cli.App;
using Devices.Edge.Ledger.Board;
using Devices.Edge.Ledger.Time;

namespace Devices.Cli.Tests.Support;

/// <summary>A made-up board: procfs and sysfs as a sound Raspberry Pi with eMMC has them, each file to be changed by a test.</summary>
public sealed class BoardTree
{
    private readonly TempFolder _folder;

    public BoardTree(TempFolder folder)
    {
        _folder = folder;
        Write("proc/self/mountinfo", "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw,errors=remount-ro\n30 22 0:5 / /dev rw - devtmpfs udev rw\n");
        Write("proc/meminfo", "MemTotal:        3884136 kB\nMemFree:          100000 kB\nMemAvailable:    2500000 kB\n");
        Write("proc/sys/kernel/osrelease", "6.12.34+rpt-rpi-v8\n");
        Write("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0");
        Write("proc/uptime", "4711.25 18000.00\n");
        Write("etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Directory.CreateDirectory(_folder["board", "run", "chrony"]);
        Write("sys/class/rtc/rtc0/since_epoch", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}\n");
        Write("sys/devices/emmc/block/mmcblk0/mmcblk0p2/partition", "2\n");
        Directory.CreateDirectory(_folder["board", "sys", "dev", "block"]);
        Directory.CreateSymbolicLink(_folder["board", "sys", "dev", "block", "179:2"], "../../devices/emmc/block/mmcblk0/mmcblk0p2");
        Write("sys/block/mmcblk0/device/type", "MMC\n");
        Write("sys/block/mmcblk0/device/life_time", "0x02 0x01\n");
        Write("sys/block/mmcblk0/device/pre_eol_info", "0x01\n");
        Write("sys/fs/ext4/mmcblk0p2/errors_count", "0\n");
        Write("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n");
        Write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        Write("sys/class/thermal/thermal_zone0/temp", "48312\n");
        Write("sys/class/thermal/thermal_zone0/trip_point_0_type", "critical\n");
        Write("sys/class/thermal/thermal_zone0/trip_point_0_temp", "110000\n");
    }

    /// <summary>What the kernel says of its clock.</summary>
    public NtpReading Ntp { get; set; } = new(true, 4);

    public FileSystemRoom Room { get; set; } = new(32L << 30, 16L << 30, 2_000_000, 1_500_000);

    /// <summary>What programs of the board answer, by name.</summary>
    public Dictionary<string, string> Programs { get; } = [];

    public BoardReader Reader => new(_folder["board"], _ => Room);

    public void Write(string path, string text) => _folder.Write("board/" + path, text);

    public void Remove(string path) => File.Delete(_folder["board", path]);

    public CliHost On(CliHost host) => host with { Board = Reader, Ntp = new Kernel(this), Ask = (program, _) => Programs.GetValueOrDefault(program) };

    private sealed class Kernel(BoardTree tree) : INtpProbe
    {
        public NtpReading Read() => tree.Ntp;
    }
}
