using System.Globalization;
using System.Text.Json;
using Devices.Cli.Terminal;

namespace Devices.Cli.Doctor;

/// <summary>What the MCU has told the agent about itself: link, queue, firmware, memory, why it started, supply.</summary>
public static class McuChecks
{
    private const long LittleMemory = 20 * 1024;

    public static IEnumerable<Finding> Run(JsonElement status, Patient patient)
    {
        yield return Link(status);
        if (status.Flag("mcu_online") is not true) yield break;
        if (Start(status, patient) is { } start) yield return start;
        if (Signal(status) is { } signal) yield return signal;
        if (Memory(status) is { } memory) yield return memory;
        if (Sensors(status) is { } sensors) yield return sensors;
    }

    private static Finding Link(JsonElement status)
    {
        switch (status.Flag("mcu_online"))
        {
            case null:
                return new("MCU", Level.Unknown, "the agent does not say");
            case false:
                return new("MCU", Level.Fault, "not connected", "Cards, keys, screen and door do not work.", "Check its cable and power, and its network (`devices wifi state`); its password is in mcu.password of the state folder.");
        }

        long queue = status.Whole("mcu_queue") ?? 0;
        string found = $"connected, firmware {status.Text("mcu_firmware") ?? "not told"}, {queue} entries wait on it";
        return status.Flag("mcu_safe_mode") is true ? new("MCU", Level.Fault, $"{found}; it runs in safe mode after repeated crashes", "Cards and door work; screen, presence and lamp do not.", "Look at its wiring (`devices hardware wiring`), then write its program again (`devices flash write`).")
            : queue > 20 ? new("MCU", Level.Warning, found, "Entries are not confirmed as fast as they come; none is lost.", "Look at the agent's log; a full disk or a broken link holds them up.")
            : new("MCU", Level.Ok, found);
    }

    private static Finding? Start(JsonElement status, Patient patient)
    {
        if (status.Text("mcu_start_reason") is not { Length: > 0 } reason) return null;
        double? hours = status.Whole("mcu_started_at") is { } at ? Math.Max(0, (patient.Now.ToUnixTimeMilliseconds() - at) / 3_600_000.0) : null;
        long hellos = status.Whole("mcu_hellos") ?? 0;
        string found = string.Create(CultureInfo.InvariantCulture, $"started by '{reason}'{(hours is { } h ? h < 1 ? $" {h * 60:0} min ago" : $" {h:0.#} h ago" : "")}, connected {hellos} times since the agent's start");
        return reason == "crash" || reason.StartsWith("watchdog", StringComparison.Ordinal)
            ? new("MCU start", Level.Warning, found, "It restarted by itself; what it had kept of cards was sent again.", "If it comes back: check its supply, then its wiring; a newer firmware may help (`devices flash write`).")
            : hellos > 20 ? new("MCU start", Level.Warning, found, "Its link breaks again and again; cards wait on it meanwhile.", "By Wi-Fi: move it or the access point nearer (`devices wifi scan` shows how strong it is); by cable: change the cable.")
            : new("MCU start", Level.Ok, found);
    }

    // At -75 dBm a link of 2.4 GHz begins to lose frames; below -85 it breaks.
    private static Finding? Signal(JsonElement status)
    {
        if (status.Whole("mcu_rssi") is not { } dbm) return null;
        string found = string.Create(CultureInfo.InvariantCulture, $"{dbm} dBm (measured at most once an hour, while nobody is there)");
        return dbm < -85 ? new("MCU Wi-Fi", Level.Fault, found, "So weak that the link breaks; cards wait on the MCU meanwhile.", "Move the terminal or the access point nearer, or use a cable; `devices wifi scan` shows what else is heard.")
            : dbm < -75 ? new("MCU Wi-Fi", Level.Warning, found, "Weak: screens and confirmations come late now and then.", "Move the terminal or the access point nearer; `devices wifi scan` shows what else is heard.")
            : new("MCU Wi-Fi", Level.Ok, found);
    }

    private static Finding? Memory(JsonElement status)
    {
        if (status.Whole("mcu_free_bytes") is not { } free) return null;
        string found = string.Create(CultureInfo.InvariantCulture, $"{free / 1024.0:0.#} kB free");
        return free < LittleMemory ? new("MCU memory", Level.Warning, found, "It will restart before long.", "Restart it (RESET) and look again in a day; if it falls steadily, report it with the firmware's version.") : new("MCU memory", Level.Ok, found);
    }

    private static Finding? Sensors(JsonElement status)
    {
        double? celsius = status.Number("mcu_celsius"), volts = status.Number("mcu_volts");
        if (celsius is null && volts is null) return null;
        string found = string.Join(", ", new[] { celsius is { } c ? string.Create(CultureInfo.InvariantCulture, $"{c:0.#} °C in the case") : null, volts is { } v ? string.Create(CultureInfo.InvariantCulture, $"supply {v:0.00} V") : null }.OfType<string>());
        return volts < 4.6 ? new("MCU supply", Level.Warning, found, "The relay or the camera can pull it down until it restarts.", "Use a stronger supply or a shorter cable.")
            : celsius > 70 ? new("MCU supply", Level.Warning, found, "Screen and battery age fast in this heat.", "Shade the terminal and let air through.")
            : new("MCU supply", Level.Ok, found);
    }
}
