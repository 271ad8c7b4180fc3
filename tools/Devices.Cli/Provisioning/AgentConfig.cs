using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Contract.Messages;

namespace Devices.Cli.Provisioning;

/// <summary>Writes <c>agent.json</c>: what this run knows is set, every other key that is already there stays.</summary>
public static class AgentConfig
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Compose(string? existing, ProvisionPlan plan, ProvisionAnswers answers)
    {
        JsonObject config = Read(existing);
        config["Terminal"] = plan.Terminal;
        config["State"] = plan.State;
        Put(config, "Bridge:Host", plan.Mqtt.Host);
        Put(config, "Bridge:Port", plan.Mqtt.Port);
        Put(config, "Bridge:ServerName", answers.BridgeName ?? plan.Mqtt.Host);
        Put(config, "Bridge:EnrolmentPort", plan.Enrolment.Port);
        if (plan.Enrolment.Host != plan.Mqtt.Host) Put(config, "Bridge:EnrolmentHost", plan.Enrolment.Host);
        if (answers.Site is { } site) config["Site"] = site;
        if (plan.TimeZone is { } zone) config["TimeZone"] = zone;
        else config["TimeZone"] ??= TimeZoneInfo.Local.HasIanaId ? TimeZoneInfo.Local.Id : "Etc/UTC";
        if (answers.Camera is { } camera) config["Camera"] = camera;
        if (answers.ModelPack is { } pack) config["ModelPack"] = Path.GetFullPath(pack);
        if (answers.McuPort is { } port) Put(config, "Mcu:Port", port);
        // The MCU calls this board over the network. Not that one address: the router may give another, and a broker that cannot listen keeps the agent from starting.
        if (plan.McuHost is { } host) Put(config, "Mcu:Bind", System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address) ? host : "0.0.0.0");
        if (answers.Tpm is { } tpm) config["Tpm"] = tpm;
        if (answers.Language is { } language) Put(config, "Screen:Language", language);
        foreach (string pair in answers.Set)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            Put(config, pair[..equals], Value(pair[(equals + 1)..]));
        }

        return config.ToJsonString(Indented) + "\n";
    }

    /// <summary>Which TPM an agent.json that is there names; null where it names none.</summary>
    public static string? TpmOf(string path) => Read(path)["Tpm"]?.ToString();

    /// <summary>Reads a configuration file; comments and trailing commas are taken.</summary>
    public static JsonObject Read(string? path)
    {
        if (path is null || !File.Exists(path)) return [];
        try
        {
            return JsonNode.Parse(JsonLetters.Whole(File.ReadAllText(path)), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new JsonException("it is not an object");
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.Usage, $"The configuration {path} is not JSON: {e.Message.TrimEnd('.')}.", $"Correct {path} or move it away, then run this again.", e);
        }
    }

    private static void Put(JsonObject config, string key, JsonNode value)
    {
        string[] path = key.Split(':');
        JsonObject at = config;
        foreach (string part in path[..^1])
        {
            if (at[part] is not JsonObject next) at[part] = next = [];
            at = next;
        }

        at[path[^1]] = value;
    }

    private static JsonNode Value(string text) =>
        bool.TryParse(text, out bool flag) ? flag
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : text;
}
