using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Cli.Doctor;
using Devices.Cli.Tests.Support;
using Devices.Edge.Ledger.Board;
using Spectre.Console.Testing;

namespace Devices.Cli.Tests.Doctor;

/// <summary>The board's own checks, each over a made-up tree of procfs and sysfs.</summary>
public sealed class BoardCheckTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BoardTree _board;

    public BoardCheckTests() => _board = new BoardTree(_folder);

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, Finding> Check(long free = 16L << 30)
    {
        CliHost host = _board.On(new CliHost { Error = new TestConsole(), Interactive = false, WorkingDirectory = _folder.Path, FreeBytes = _ => free });
        var patient = new Patient("/var/lib/devices/agent", "/var/lib/devices/agent/agent.sock", new JsonObject(), null, host, TimeSpan.FromSeconds(5));
        return BoardChecks.Run(patient).ToDictionary(f => f.Check);
    }

    [Fact]
    public void A_sound_board_has_no_fault_and_says_what_was_found()
    {
        var found = Check();
        found.Values.ShouldAllBe(f => f.Level == Level.Ok);
        found["time service"].Found.ShouldBe("synchronised to 4 ms; chrony");
        found["disk"].Found.ShouldBe("16.0 GB free where /var/lib/devices/agent lies, of 32.0 GB; 75 % of its inodes");
        found["file system"].Found.ShouldBe("ext4 on / (mmcblk0), writable, 0 errors counted");
        found["disk wear"].Found.ShouldBe("mmcblk0: about 20 % of its life is used");
        found["temperature"].Found.ShouldBe("48.3 °C (cpu-thermal), critical at 110 °C");
        found["memory"].Found.ShouldContain("3.7 GB");
        _board.Reader.Model.ShouldBe("Raspberry Pi 4 Model B Rev 1.4");
        _board.Reader.Distribution.ShouldBe("Debian GNU/Linux 12 (bookworm)");
        _board.Reader.UptimeSeconds.ShouldBe(4711.25);
    }

    [Theory]
    [InlineData("sys/block/mmcblk0/device/life_time", "0x09 0x03", "disk wear", Level.Warning, "about 90 %")]
    [InlineData("sys/block/mmcblk0/device/life_time", "0x0b 0x03", "disk wear", Level.Fault, "estimated life is over")]
    [InlineData("sys/block/mmcblk0/device/pre_eol_info", "0x02", "disk wear", Level.Warning, "four fifths")]
    [InlineData("sys/block/mmcblk0/device/pre_eol_info", "0x03", "disk wear", Level.Fault, "nearly all")]
    [InlineData("sys/fs/ext4/mmcblk0p2/errors_count", "3", "file system", Level.Fault, "3 errors")]
    [InlineData("proc/self/mountinfo", "22 1 179:2 / / ro,noatime shared:1 - ext4 /dev/root rw", "file system", Level.Fault, "read-only")]
    [InlineData("proc/self/mountinfo", "22 1 179:2 / / rw shared:1 - ext4 /dev/root ro,errors=remount-ro", "file system", Level.Fault, "read-only")]
    [InlineData("proc/self/mountinfo", "22 1 179:2 / / rw shared:1 - ext4 /dev/root rw,nobarrier", "file system", Level.Fault, "nobarrier")]
    [InlineData("proc/self/mountinfo", "22 1 179:2 / / rw - ext4 /dev/root rw\n40 22 0:60 / /var/lib/devices rw - tmpfs tmpfs rw", "file system", Level.Fault, "tmpfs on /var/lib/devices")]
    [InlineData("sys/devices/platform/soc/soc:firmware/get_throttled", "50005", "power", Level.Fault, "too low now")]
    [InlineData("sys/devices/platform/soc/soc:firmware/get_throttled", "50000", "power", Level.Warning, "too low at some time")]
    [InlineData("sys/class/thermal/thermal_zone0/temp", "104000", "temperature", Level.Fault, "104 °C")]
    [InlineData("sys/class/thermal/thermal_zone0/temp", "79500", "temperature", Level.Warning, "79.5 °C")]
    [InlineData("proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 50000 kB", "memory", Level.Warning, "48.8 MB of 976.6 MB")]
    [InlineData("sys/class/rtc/rtc0/since_epoch", "86400", "battery clock", Level.Warning, " s against")]
    public void Each_trouble_of_a_board_is_found_with_its_meaning_and_remedy(string file, string content, string check, Level level, string words)
    {
        _board.Write(file, content.Replace("\\n", "\n", StringComparison.Ordinal) + "\n");
        Finding finding = Check()[check];
        finding.ShouldSatisfyAllConditions(f => f.Level.ShouldBe(level, f.Found), f => f.Found.ShouldContain(words), f => f.Meaning.ShouldNotBeEmpty(), f => f.Remedy.ShouldNotBeEmpty());
    }

    [Fact]
    public void What_a_board_cannot_tell_is_said_and_is_no_fault()
    {
        _board.Remove("sys/block/mmcblk0/device/life_time");
        _board.Remove("sys/block/mmcblk0/device/pre_eol_info");
        _board.Write("sys/block/mmcblk0/device/type", "SD\n");
        _board.Remove("sys/devices/platform/soc/soc:firmware/get_throttled");
        _board.Remove("sys/class/thermal/thermal_zone0/temp");
        _board.Remove("sys/class/rtc/rtc0/since_epoch");
        var found = Check();
        found["disk wear"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Unknown), f => f.Found.ShouldContain("SD card"));
        found["power"].Level.ShouldBe(Level.Unknown);
        found["temperature"].Level.ShouldBe(Level.Unknown);
        found["battery clock"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Warning), f => f.Remedy.ShouldContain("DS3231"));
        _board.Write("proc/self/mountinfo", "22 1 0:40 / / rw - overlay overlay rw\n");
        Check()["disk wear"].Level.ShouldBe(Level.Unknown);
    }

    [Fact]
    public void Smartctl_and_vcgencmd_are_asked_where_sysfs_is_silent()
    {
        _board.Remove("sys/block/mmcblk0/device/life_time");
        _board.Remove("sys/block/mmcblk0/device/pre_eol_info");
        _board.Remove("sys/devices/platform/soc/soc:firmware/get_throttled");
        _board.Programs["smartctl"] = """{ "smart_status": { "passed": true }, "nvme_smart_health_information_log": { "percentage_used": 12 } }""";
        _board.Programs["vcgencmd"] = "throttled=0x50005\n";
        var found = Check();
        found["disk wear"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Ok), f => f.Found.ShouldBe("mmcblk0: SMART says healthy, 12 % of its life is used"));
        found["power"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Fault), f => f.Found.ShouldContain("vcgencmd"));
        _board.Programs["smartctl"] = """{ "smart_status": { "passed": false }, "ata_smart_attributes": { "table": [{ "id": 5, "raw": { "value": 7 } }] } }""";
        Check()["disk wear"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Fault), f => f.Found.ShouldContain("7 bad sectors"));
        _board.Programs["smartctl"] = "nonsense";
        Check()["disk wear"].Level.ShouldBe(Level.Unknown);
        _board.Write("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
        _board.Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
        Check()["power"].Found.ShouldBe("too low now (/sys/class/hwmon/hwmon1/in0_lcrit_alarm (rpi_volt))");
    }

    [Fact]
    public void Room_and_clock_have_their_limits()
    {
        Check(free: 10 << 20)["disk"].Level.ShouldBe(Level.Fault);
        Check(free: 300 << 20)["disk"].Level.ShouldBe(Level.Warning);
        _board.Room = new FileSystemRoom(1 << 30, 1 << 29, 1000, 3);
        Check()["disk"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Fault), f => f.Meaning.ShouldContain("No new file"));
        _board.Room = new FileSystemRoom(1 << 30, 1 << 29, 1000, 30);
        Check()["disk"].Level.ShouldBe(Level.Warning);
        _board.Room = new FileSystemRoom(1 << 30, 1 << 29, 0, 0);
        Check()["disk"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Ok), f => f.Found.ShouldNotContain("inodes"));
        _board.Ntp = Devices.Edge.Ledger.Time.NtpReading.No;
        Check()["time service"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(Level.Warning), f => f.Remedy.ShouldContain("chronyc"));
    }

    [Fact]
    public void The_real_files_of_this_machine_can_be_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The board's files are Linux's.");
        DiskFacts disk = new BoardReader().Disk(_folder.Path).ShouldNotBeNull();
        disk.ReadOnly.ShouldBeFalse();
        disk.Room.ShouldNotBeNull().ShouldSatisfyAllConditions(r => r.Bytes.ShouldBeGreaterThan(r.FreeBytes), r => r.FreeBytes.ShouldBeGreaterThan(0));
        Math.Abs(disk.Room!.FreeBytes - new DriveInfo(_folder.Path).AvailableFreeSpace).ShouldBeLessThan(1L << 30);
    }
}
