using System.Globalization;
using System.Text.Json;
using Devices.Cli.Terminal;

namespace Devices.Cli.Doctor;

/// <summary>What only the running agent knows: clock trust, camera, MCU, uplink, queue.</summary>
public static class AgentChecks
{
    public static long? GallerySize(JsonElement status) => status.Get("gallery")?.Whole("templates") ?? status.Whole("gallery");

    public static double? Threshold(JsonElement status) => status.Number("threshold");

    public static IEnumerable<Finding> Run(Patient patient, string? silent)
    {
        if (patient.Status is not { } status)
        {
            yield return new("agent", Level.Fault, silent ?? "it does not answer", "Nobody can punch at this terminal.", "Start it (`systemctl start devices-agent`) and read its log (`journalctl -u devices-agent`).");
            yield break;
        }

        yield return new("agent", Level.Ok, $"it answers as terminal {status.Text("terminal") ?? "?"}, ledger {status.Text("ledger") ?? "?"}");
        yield return Clock(status);
        yield return Camera(status, patient);
        yield return Mcu(status);
        yield return Uplink(status);
    }

    private static Finding Clock(JsonElement status)
    {
        JsonElement? clock = status.Get("clock");
        bool? trusted = clock is { ValueKind: JsonValueKind.Object } ? clock.Value.Flag("trusted") : status.Flag("clock_trusted");
        string source = clock is { ValueKind: JsonValueKind.Object } ? clock.Value.Text("source") ?? "" : status.Text("clock") ?? "";
        return trusted switch
        {
            true => new("clock", Level.Ok, $"trusted{(source.Length > 0 ? $" (by {source})" : "")}"),
            false => new("clock", Level.Warning, "not trusted since boot", "Punches are taken but held: their time is computed when trust returns, else HR decides.", "Connect the network (NTP or the bridge), or fit the real-time clock's battery."),
            null => new("clock", Level.Unknown, source.Length > 0 ? source : "the agent does not say"),
        };
    }

    private static Finding Camera(JsonElement status, Patient patient)
    {
        if (patient.Setting("Camera") == "none") return new("camera", Level.Ok, "none is configured; cards only");
        JsonElement? camera = status.Get("camera");
        double? fps = camera?.Number("fps") ?? status.Number("camera_fps");
        long? last = camera?.Whole("last_frame_at") ?? status.Whole("last_frame_at");
        string reason = camera?.Text("fault") ?? camera?.Text("text") ?? "";
        const string Remedy = "Check the cable and Camera in agent.json; `v4l2-ctl --list-devices` shows what the board sees.";
        if (fps is null && last is null) return new("camera", Level.Unknown, "the agent does not say");
        double age = last is { } at ? (patient.Now.ToUnixTimeMilliseconds() - at) / 1000.0 : double.PositiveInfinity;
        string found = string.Create(CultureInfo.InvariantCulture, $"{fps ?? 0:F1} pictures a second, the last {(double.IsFinite(age) ? $"{Math.Max(0, age):F1} s ago" : "never")}{(reason.Length > 0 ? $" ({reason})" : "")}");
        return age > 10 ? new("camera", Level.Fault, found, "No face can be recognised; cards still work.", Remedy)
            : fps < 5 ? new("camera", Level.Warning, found, "Recognition is slow.", "Give the camera more light or a smaller format, and check the board's load.")
            : new("camera", Level.Ok, found);
    }

    private static Finding Mcu(JsonElement status) => Online(status, "mcu") switch
    {
        true => new("MCU", Level.Ok, "connected"),
        false => new("MCU", Level.Fault, "not connected", "Cards, keys, screen and door do not work.", "Check its cable and power; its password is in mcu.password of the state folder."),
        null => new("MCU", Level.Unknown, "the agent does not say"),
    };

    private static Finding Uplink(JsonElement status)
    {
        long queue = status.Whole("queue") ?? -1;
        string waiting = queue < 0 ? "the agent does not say how many punches wait" : $"{queue} punches wait for the bridge";
        return Online(status, "bridge") switch
        {
            true when queue > 1000 => new("uplink", Level.Warning, $"connected, {waiting}", "The backlog drains at a bounded rate.", "Look again in a few minutes."),
            true => new("uplink", Level.Ok, $"connected, {waiting}"),
            false => new("uplink", Level.Fault, $"not connected, {waiting}", "Nothing is lost: punches go up when the bridge is back.", "See the steps of 'bridge' below."),
            null => new("uplink", Level.Unknown, waiting),
        };
    }

    private static bool? Online(JsonElement status, string part) =>
        status.Get(part) is { ValueKind: JsonValueKind.Object } inner ? inner.Flag("online") : status.Flag(part + "_online") ?? status.Flag(part);
}
