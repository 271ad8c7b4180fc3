using System.Globalization;
using System.Text.Json;
using Devices.Cli.Terminal;

namespace Devices.Cli.Doctor;

/// <summary>What only the running agent knows (<c>GET /status</c>): clock trust, camera, MCU, uplink, queue.</summary>
public static class AgentChecks
{
    public static IEnumerable<Finding> Run(Patient patient, string? silent)
    {
        if (patient.Status is not { } status)
        {
            yield return new("agent", Level.Fault, silent ?? "it does not answer", "Nobody can punch at this terminal.", "Start it (`systemctl start devices-agent`) and read its log (`journalctl -u devices-agent`).");
            yield break;
        }

        yield return Agent(status, patient);
        yield return Clock(status);
        yield return Camera(status, patient);
        foreach (Finding look in Look(status)) yield return look;
        if (Liveness(status) is { } liveness) yield return liveness;
        foreach (Finding mcu in McuChecks.Run(status, patient)) yield return mcu;
        yield return Uplink(status);
        if (Roster(status) is { } roster) yield return roster;
        if (Wishes(status, patient) is { } wishes) yield return wishes;
    }

    private static Finding Agent(JsonElement status, Patient patient)
    {
        string found = $"version {status.Text("version") ?? "?"}, terminal {status.Text("terminal") ?? "?"}, {status.Whole("people") ?? 0} people, last punch {status.Whole("last_seq") ?? 0}, mode {status.Text("mode") ?? "?"}";
        // A terminal that was meant for cards alone lacks nothing.
        if (status.Text("mode") is "cards-only" && status.Get("camera") is null && patient.Setting("Camera") is "none") return new("agent", Level.Ok, found);
        if (status.Text("mode") is "cards-only") return new("agent", Level.Fault, found, "No face is recognised; cards still work.", "See camera and model pack below.");
        if (status.Text("mode") is "down") return new("agent", Level.Fault, found, "Nobody can punch at this terminal.", "See the faults below, and the agent's log (`journalctl -u devices-agent`).");
        return status.Whole("enrol_again") is > 0 and var again
            ? new("agent", Level.Warning, found, $"{again} people have face templates of another model pack only; their faces are not recognised.", "Enrol them again (`devices enrol`).")
            : new("agent", Level.Ok, found);
    }

    private static Finding Clock(JsonElement status) => status.Text("clock") switch
    {
        null => new("clock", Level.Unknown, "the agent does not say"),
        "untrusted" => new("clock", Level.Warning, $"not trusted since boot; {status.Whole("held") ?? 0} punches are held", "Punches are taken; their time is computed when trust returns, else HR decides.", "Connect the network (NTP or the bridge), or fit the real-time clock's battery."),
        var source => new("clock", Level.Ok, $"trusted, by {source}"),
    };

    private static Finding Camera(JsonElement status, Patient patient)
    {
        const string Remedy = "Check the cable and Camera in agent.json; `v4l2-ctl --list-devices` shows what the board sees.";
        if (status.Get("camera") is not { } camera)
            return patient.Setting("Camera") is "none" ? new("camera", Level.Ok, "none is configured; cards only") : new("camera", Level.Unknown, "the agent has none");
        double fps = camera.Number("frames_per_second") ?? 0;
        double age = camera.Whole("last_frame_at") is { } at ? Math.Max(0, (patient.Now.ToUnixTimeMilliseconds() - at) / 1000.0) : double.PositiveInfinity;
        string last = double.IsFinite(age) ? string.Create(CultureInfo.InvariantCulture, $"the last {age:F1} s ago") : "none yet";
        string found = string.Create(CultureInfo.InvariantCulture, $"{camera.Text("name") ?? "camera"}: {fps:F1} pictures a second, {last}, {camera.Whole("refused") ?? 0} damaged");
        if (camera.Text("fault") is { Length: > 0 } fault) found += $" ({fault.TrimEnd('.')})";
        return camera.Flag("running") is false || age > 10 ? new("camera", Level.Fault, found, "No face can be recognised; cards still work.", Remedy)
            : fps < 5 ? new("camera", Level.Warning, found, "Recognition is slow.", "Give the camera more light or a smaller format, and check the board's load.")
            : new("camera", Level.Ok, found);
    }

    // Medians of the latest faces: what the lens and the light give to recognition.
    private static IEnumerable<Finding> Look(JsonElement status)
    {
        if (status.Get("camera") is null) yield break;
        if (status.Get("faces") is not { } faces)
        {
            yield return new("camera focus", Level.Unknown, "no face was seen since the agent's start", "Focus and light are judged by faces.", "Let somebody stand before the terminal, or look yourself with `devices view`.");
            yield break;
        }

        long seen = faces.Whole("faces") ?? 0, blurred = faces.Whole("blurred_percent") ?? 0, dark = faces.Whole("dark_percent") ?? 0, bright = faces.Whole("bright_percent") ?? 0;
        string focus = string.Create(CultureInfo.InvariantCulture, $"sharpness {faces.Number("sharpness") ?? 0:0} over the latest {seen} faces ({faces.Number("sharpness_limit") ?? 0:0} is needed), {blurred} % blurred");
        yield return blurred >= 50 ? new("camera focus", Level.Fault, focus, "Most faces are refused as blurred.", "Take the film off the lens, clean it, turn it until the picture is sharp at 0.5 to 1 m (`devices view` shows the value).")
            : blurred >= 20 ? new("camera focus", Level.Warning, focus, "Recognition takes longer.", "Clean the lens and turn it until the picture is sharp at 0.5 to 1 m (`devices view` shows the value); more light shortens the exposure.")
            : new("camera focus", Level.Ok, focus);
        string light = string.Create(CultureInfo.InvariantCulture, $"faces have brightness {faces.Number("brightness") ?? 0:0} of 255, contrast {faces.Number("contrast") ?? 0:0}; {dark} % too dark, {bright} % too bright");
        yield return dark + bright >= 50 ? new("camera exposure", Level.Fault, light, "Most faces are refused.", bright > dark ? "Shade the terminal from sun and lamps, or move it so that nobody stands before a window." : "Give the place more light, or switch on the lamp.")
            : dark + bright >= 20 ? new("camera exposure", Level.Warning, light, "Recognition takes longer.", bright > dark ? "Shade the terminal from sun and lamps." : "Give the place more light.")
            : new("camera exposure", Level.Ok, light);
    }

    private static Finding? Liveness(JsonElement status) => (status.Flag("liveness"), status.Text("challenge")) switch
    {
        (false, _) => new("liveness", Level.Warning, "switched off", "A photo can punch. HR and operators were told at the start.", "Set Liveness:Enabled to true in agent.json and restart the agent."),
        (true, { } says) => new("liveness", Level.Ok, says[(says.IndexOf(": ", StringComparison.Ordinal) + 2)..].TrimEnd('.')),
        _ => null,
    };

    private static Finding Uplink(JsonElement status)
    {
        long queue = status.Whole("queue") ?? 0;
        string found = $"{queue} punches wait for the bridge, which has them through {status.Whole("watermark") ?? 0}";
        if (status.Text("bridge") is { Length: > 0 } sentence) found += $"; {sentence.TrimEnd('.')}";
        if (status.Flag("uplink_stopped") is true)
            return new("uplink", Level.Fault, $"stopped, {found}", "Punches are taken and kept here, but none goes up until a person has acted; waiting does not help.",
                "Do as the sentence says; `devices ledger verify` and the bridge's page 'Terminals' show which side is whole. Delete nothing.");
        return status.Flag("bridge_online") switch
        {
            true when queue > 1000 => new("uplink", Level.Warning, $"connected, {found}", "The backlog drains at a bounded rate.", "Look again in a few minutes."),
            true => new("uplink", Level.Ok, $"connected, {found}"),
            false => new("uplink", Level.Fault, $"not connected, {found}", "Nothing is lost: punches go up when the bridge is back.", "See the steps of 'bridge' below."),
            null => new("uplink", Level.Unknown, found),
        };
    }

    private static Finding? Roster(JsonElement status)
    {
        if (status.Get("roster") is not { } roster) return null;
        if (roster.Whole("revision") is not { } revision) return new("roster", Level.Ok, "none from the bridge; people are those enrolled here");
        string found = string.Create(CultureInfo.InvariantCulture, $"revision {revision}, the bridge is at {roster.Whole("wanted") ?? 0}; {roster.Whole("local") ?? 0} people are known here only, {roster.Whole("unconfirmed") ?? 0} erasures are not confirmed");
        if (roster.Text("problem") is { Length: > 0 } problem) return new("roster", Level.Warning, $"{found}; {problem.TrimEnd('.')}", "Somebody of the roster was left out, or a message did not follow.", "Mend the person at the platform, or take the card from whoever has it here (`devices people`).") { MayName = true };
        return status.Flag("bridge_online") is true && (roster.Whole("wanted") ?? 0) > revision
            ? new("roster", Level.Warning, found, "People who joined or left since are not known here yet.", "Look again in a minute; if it lasts, read the agent's log.")
            : new("roster", Level.Ok, found);
    }

    private static Finding? Wishes(JsonElement status, Patient patient)
    {
        if (status.Get("configuration") is not { } configuration) return null;
        string site = status.Flag("site_told_by_bridge") is true ? status.Text("site") is { Length: > 0 } name ? $"site {name}" : "the main site" : "no site from the bridge";
        if (status.Flag("site_told_by_bridge") is true && patient.Setting("Site") is { Length: > 0 } own && own != (status.Text("site") ?? "")) site += $" (agent.json says {own}, which does not count)";
        string[] refused = [.. configuration.Get("refused")?.EnumerateObject().Select(one => one.Value.ToString().TrimEnd('.')) ?? []];
        int wished = configuration.Get("wished")?.EnumerateObject().Count() ?? 0;
        string found = string.Create(CultureInfo.InvariantCulture, $"{wished} settings are wished by the bridge (revision {configuration.Whole("revision") ?? 0}), {site}");
        string[] later = [.. configuration.Get("at_restart")?.EnumerateArray().Select(one => one.ToString()) ?? []];
        if (refused.Length > 0) return new("wishes", Level.Warning, $"{found}; refused: {string.Join("; ", refused)}", "These settings are not as the bridge wishes; the others are.", "Change the wish at the bridge (page of the terminal), or what holds it here.");
        return later.Length > 0
            ? new("wishes", Level.Warning, $"{found}; from the next start on: {string.Join(", ", later)}", "The old values hold until then.", "Start the agent again (`systemctl restart devices-agent`, or by the bridge's page).")
            : new("wishes", Level.Ok, found);
    }
}
