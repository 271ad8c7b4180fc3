using System.Globalization;
using System.Text.Json;
using Devices.Cli.Models;
using Devices.Cli.Terminal;
using Devices.Edge.Ledger.Board;
using Devices.Edge.Ledger.Time;

namespace Devices.Cli.Doctor;

/// <summary>The board itself: time service, disk and its wear, supply, temperature, memory.</summary>
public static class BoardChecks
{
    private const long Tight = 512L * 1024 * 1024;
    private const long Full = 64L * 1024 * 1024;
    private const long TightMemory = 100L * 1024 * 1024;

    public static IEnumerable<Finding> Run(Patient patient)
    {
        yield return TimeService(patient);
        yield return HardwareClock(patient);
        DiskFacts? disk = patient.Board.Disk(patient.State);
        yield return Disk(patient, disk);
        if (disk is not null) yield return FileSystem(disk);
        yield return Wear(patient, disk);
        yield return Power(patient);
        yield return Temperature(patient);
        if (patient.Board.Memory is { } memory)
        {
            string found = $"{Sizes.Text(memory.Available)} of {Sizes.Text(memory.Total)} can be had";
            yield return memory.Available < TightMemory
                ? new("memory", Level.Warning, found, "The kernel may end the agent or its models at any moment; systemd starts them again.", "See what uses it (`ps aux --sort=-rss | head`); the agent needs some 500 MB.")
                : new("memory", Level.Ok, found);
        }
    }

    private static Finding TimeService(Patient patient)
    {
        const string Check = "time service";
        NtpReading kernel = patient.Host.Ntp.Read();
        string services = patient.Board.TimeServices is { Count: > 0 } running ? string.Join(", ", running) : "no time service was found running";
        if (!kernel.Synchronised)
            return new(Check, Level.Warning, $"the kernel's clock is not synchronised; {services}", "The agent takes the bridge's time instead while it is connected; without either, punches are held until the time is sure.",
                patient.Board.TimeServices.Count == 0 ? "Install one (`apt-get install chrony`), and let UDP port 123 out." : "Look at its sources (`chronyc sources`, `timedatectl timesync-status`); UDP port 123 must get out.");
        return kernel.UncertaintyMs > 1000
            ? new(Check, Level.Warning, $"synchronised, but to {kernel.UncertaintyMs} ms only; {services}", "Times of punches are as uncertain.", "Use nearer servers, and look at the network's delay.")
            : new(Check, Level.Ok, $"synchronised to {kernel.UncertaintyMs} ms; {services}");
    }

    private static Finding HardwareClock(Patient patient)
    {
        const string Check = "battery clock";
        if (patient.Board.RealTimeClock is not { } at)
            return new(Check, Level.Warning, "this board has none (/sys/class/rtc/rtc0)", "After a power cut without a network the time is not known: punches are held until it is.", "Fit a DS3231 (hardware/README.md), or make sure that the network comes up with the board.");
        double off = (at - patient.Now.ToUnixTimeMilliseconds()) / 1000.0;
        string found = string.Create(CultureInfo.InvariantCulture, $"{off:+0;-0;0} s against the system's clock");
        return Math.Abs(off) > 120
            ? new(Check, Level.Warning, found, "After a power cut without a network the terminal would begin with that time, and punches would have it.", "Set it (`hwclock --systohc`), and change its battery if it comes back.")
            : new(Check, Level.Ok, found);
    }

    private static Finding Disk(Patient patient, DiskFacts? disk)
    {
        long free = patient.Host.FreeBytes(patient.State);
        string found = $"{Sizes.Text(free)} free where {patient.State} lies{(disk?.Room is { } room ? $", of {Sizes.Text(room.Bytes)}" : "")}{(disk?.Room?.InodesFreePercent is { } inodes ? $"; {inodes} % of its inodes" : "")}";
        if (free < Full) return new("disk", Level.Fault, found, "The terminal refuses new punches when the disk is full.", "Free some space; find what fills it with `du -x -d2 /`.");
        if (disk?.Room?.InodesFreePercent is 0) return new("disk", Level.Fault, found, "No new file can be made, although there is space: the ledger cannot be written.", "Find the folder with very many small files (`du -x --inodes -d2 /`).");
        return free < Tight ? new("disk", Level.Warning, found, "It will be full before long.", "Free some space.")
            : disk?.Room?.InodesFreePercent < 5 ? new("disk", Level.Warning, found, "Inodes will run out before the space does.", "Find the folder with very many small files (`du -x --inodes -d2 /`).")
            : new("disk", Level.Ok, found);
    }

    private static Finding FileSystem(DiskFacts disk)
    {
        const string Check = "file system";
        string found = $"{disk.Type} on {disk.MountPoint}{(disk.Disk is { } device ? $" ({device}{(disk.IsCard ? ", an SD card" : "")})" : "")}, {(disk.ReadOnly ? "read-only" : "writable")}{(disk.FileSystemErrors is { } errors ? $", {errors} errors counted" : "")}";
        if (disk.ReadOnly) return new(Check, Level.Fault, found, "No punch can be stored: Linux mounts a file system read-only when its disk fails.", "Read the kernel's log (`dmesg | grep -i -e ext4 -e mmc`), copy the state folder away, and change the card or disk.");
        if (disk.FileSystemErrors > 0) return new(Check, Level.Fault, found, "What is on it may be damaged; it may become read-only at any moment.", "Copy the state folder away, check it from another system (`e2fsck -f`), and change the card if errors come back.");
        if (disk.Synchronous.Length > 0) return new(Check, Level.Fault, $"{found}; mounted with {disk.Synchronous}", "A punch that was thanked for can be lost by a power cut: the disk does not keep what fsync promises.", $"Take {disk.Synchronous} out of /etc/fstab and mount it anew.");
        return disk.Type is "tmpfs" or "ramfs"
            ? new(Check, Level.Fault, found, "Everything is lost when the power goes.", "Put State on a disk.")
            : new(Check, Level.Ok, found);
    }

    private static Finding Wear(Patient patient, DiskFacts? disk)
    {
        const string Check = "disk wear";
        const string Replace = "Plan to change it: provision a new one, and let the bridge have every punch first (queue 0).";
        if (disk?.Disk is not { } device) return new(Check, Level.Unknown, "there is no disk of its own below it");
        if (disk.WearPercent is { } used || disk.EndOfLife is not null)
        {
            string found = $"{device}: {(disk.WearPercent is { } percent ? percent > 100 ? "its estimated life is over" : $"about {percent} % of its life is used" : "no estimate")}{(disk.EndOfLife switch { 2 => "; four fifths of its spare blocks are used", 3 => "; nearly all of its spare blocks are used", _ => "" })}";
            return disk.IsFailing ? new(Check, Level.Fault, found, "It may fail at any moment; punches that the bridge does not have would be lost with it.", Replace)
                : disk.EndOfLife >= 2 || disk.WearPercent >= 80 ? new(Check, Level.Warning, found, "It comes to its end.", Replace)
                : new(Check, Level.Ok, found);
        }

        return Smart(patient, device) is { } smart ? smart
            : disk.DeviceErrors > 0 ? new(Check, Level.Warning, $"{device}: {disk.DeviceErrors} failed requests since the start", "The disk or its cable has trouble.", "Read the kernel's log (`dmesg`).")
            : new(Check, Level.Unknown, disk.IsCard ? $"{device} is an SD card, which does not tell" : $"{device} does not tell by sysfs, and smartctl is not here or may not ask", disk.IsCard ? "Cards die without a warning; the bridge has what was sent." : "", disk.IsCard ? "Use an industrial card or eMMC for terminals that many people use." : "");
    }

    // smartctl(8) -j: smart_status.passed; NVMe percentage_used; ATA attribute 5 (reallocated), 197 (pending).
    private static Finding? Smart(Patient patient, string device)
    {
        const string Check = "disk wear";
        if (patient.Host.Ask("smartctl", ["-j", "-H", "-A", "/dev/" + device]) is not { } text) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.Get("smart_status")?.Flag("passed") is not { } passed) return null;
            double? used = root.Get("nvme_smart_health_information_log")?.Number("percentage_used");
            long bad = 0;
            foreach (JsonElement attribute in root.Get("ata_smart_attributes")?.Get("table")?.EnumerateArray().ToArray() ?? [])
                if (attribute.Whole("id") is 5 or 197) bad += attribute.Get("raw")?.Whole("value") ?? 0;
            string found = string.Create(CultureInfo.InvariantCulture, $"{device}: SMART says {(passed ? "healthy" : "failing")}{(used is { } percent ? $", {percent:0} % of its life is used" : "")}{(bad > 0 ? $", {bad} bad sectors" : "")}");
            return !passed ? new(Check, Level.Fault, found, "It may fail at any moment.", "Copy the state folder away and change the disk.")
                : used >= 80 || bad > 0 ? new(Check, Level.Warning, found, "It comes to its end.", "Plan to change it.")
                : new(Check, Level.Ok, found);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Finding Power(Patient patient)
    {
        const string Check = "power";
        const string Remedy = "Use the board's own supply (5.1 V, 3 A for a Raspberry Pi 4; 5 A for a 5) and a short, thick cable; put camera and relay on a supply of their own.";
        PowerFacts power = patient.Board.Power();
        if (power.Source is null && patient.Host.Ask("vcgencmd", ["get_throttled"]) is { } said && said.Trim().Split("0x") is [_, var word] && uint.TryParse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint bits))
            power = PowerFacts.FromThrottled("vcgencmd get_throttled", bits);
        if (power.Source is null) return new(Check, Level.Unknown, "this board has no sensor for its supply");
        const string Brown = "Cards are damaged and the board restarts by itself when its supply breaks down.";
        if (power.UnderVoltageNow is true) return new(Check, Level.Fault, $"too low now ({power.Source})", Brown, Remedy);
        if (power.UnderVoltageBefore is true) return new(Check, Level.Warning, $"enough now, too low at some time since the start ({power.Source})", Brown, Remedy);
        return new(Check, Level.Ok, power.UnderVoltageBefore is null ? $"enough now ({power.Source})" : "enough, now and since the start");
    }

    private static Finding Temperature(Patient patient)
    {
        const string Check = "temperature";
        IReadOnlyList<ThermalZone> zones = patient.Board.Temperatures();
        PowerFacts power = patient.Board.Power();
        if (zones.Count == 0) return new(Check, Level.Unknown, "this board has no sensor");
        ThermalZone hottest = zones.MaxBy(z => z.Celsius)!;
        string found = string.Create(CultureInfo.InvariantCulture, $"{hottest.Celsius:0.#} °C ({hottest.Name}){(hottest.CriticalCelsius is { } critical ? $", critical at {critical:0} °C" : "")}{(power.ThrottledNow is true ? "; the processor is slowed down" : "")}");
        double limit = hottest.CriticalCelsius is { } end ? end - 10 : 85;
        const string Cool = "Give it air or a heat sink, and shade; keep it away from other warm devices.";
        return hottest.Celsius >= limit ? new(Check, Level.Fault, found, "The kernel switches the board off when it gets hotter.", Cool)
            : power.ThrottledNow is true || hottest.Celsius >= 75 ? new(Check, Level.Warning, found, "Recognition gets slower.", Cool)
            : new(Check, Level.Ok, found);
    }
}
