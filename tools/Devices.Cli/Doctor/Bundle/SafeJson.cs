using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Cli.Doctor.Bundle;

/// <summary>Copies JSON by a list of what may pass: numbers and truths anywhere, texts only under listed names. The rest is named and left out.</summary>
public static class SafeJson
{
    public const string LeftOut = "(left out)";

    // Of agent.json. A secret is never among the values of these: cameras are cut to where they are.
    private static readonly HashSet<string> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        "Terminal", "Site", "TimeZone", "State", "Bridge:Host", "Bridge:Port", "Bridge:ServerName", "Bridge:EnrolmentHost", "Bridge:EnrolmentPort", "Tpm", "Camera", "ModelPack", "Mcu:Port", "Mcu:Bind", "Repeat:Seconds", "WantedFpir", "Liveness:Enabled",
        "Liveness:Challenge", "Liveness:Acts", "Liveness:AskBelow", "Face:Region", "Face:MinimumEyes", "Face:NearestOnly", "Screen:Language", "Door:OpenMs", "Card:Door", "Face:Door", "Frames:AgeLimitSeconds",
        "Frames:IdlePerSecond", "Commands:OpenDoor", "Commands:Reboot", "Ready:GraceSeconds", "Ledger:ReserveMiB", "Photos:Enabled", "Photos:MaxMiB", "Photos:KeepDays", "Photos:ReserveMiB", "Telemetry:EverySeconds",
    };

    // Of the agent's /status.
    private static readonly HashSet<string> Status = new(StringComparer.Ordinal)
    {
        "terminal", "site", "version", "mode", "ledger", "clock", "pack", "template_pack", "template_key", "certificate:key", "challenge", "bridge", "mcu_firmware", "mcu_start_reason", "camera:name", "camera:fault", "camera:last_refusal", "configuration:digest",
    };

    public static JsonNode OfSettings(JsonObject config) => Copy(config, "", Settings, Setting) ?? new JsonObject();

    public static JsonNode OfStatus(JsonElement status) => Copy(JsonNode.Parse(status.GetRawText()), "", Status, (_, text) => text) ?? new JsonObject();

    private static JsonNode? Copy(JsonNode? node, string path, HashSet<string> listed, Func<string, string, string> text)
    {
        switch (node)
        {
            case JsonObject map:
                var copy = new JsonObject();
                foreach ((string key, JsonNode? value) in map) copy[key] = Copy(value, path.Length == 0 ? key : $"{path}:{key}", listed, text);
                return copy;
            case JsonArray list:
                return $"({list.Count} entries left out)";
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return listed.Contains(path) ? text(path, value.GetValue<string>()) : LeftOut;
            default:
                return node?.DeepClone();
        }
    }

    // A command line may hold anything; an address has its password taken out by the redactor.
    private static string Setting(string path, string value) =>
        path.Equals("Camera", StringComparison.OrdinalIgnoreCase) && value.StartsWith("process:", StringComparison.OrdinalIgnoreCase) ? $"process:{value["process:".Length..].TrimStart().Split(' ')[0]} (arguments left out)" : value;
}
