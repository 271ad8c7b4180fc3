using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Accuracy;

/// <summary>
/// Puts a measured calibration into a manifest, all or nothing. A pack that had another calibration gets a new minor version, since it
/// decides differently, and says that it compares the old version's templates, so that nobody has to be enrolled again.
/// </summary>
public static class ManifestCalibration
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The pack's version in the file afterwards.</returns>
    public static string Write(string path, PackManifest measured, PackCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(measured);
        JsonObject manifest = Read(path);
        string id = (string?)manifest["id"] ?? "", version = (string?)manifest["version"] ?? "";
        string templates = (string?)manifest["templateVersion"] ?? version;
        if (id != measured.Id || templates != measured.Templates.Version)
            throw new CliException(ExitCodes.ManifestRefused, $"{path} is pack {id} with templates of {templates}, and {measured.Id} with templates of {measured.Templates.Version} was measured.", "Name the manifest of the pack that was measured.");
        JsonNode table = JsonNode.Parse(JsonSerializer.Serialize(calibration, PackJson.Default.PackCalibration))!;
        if (JsonNode.DeepEquals(table, manifest["calibration"])) return version;
        if (manifest["calibration"] is not null)
        {
            string[] parts = version.Split('.');
            version = string.Create(CultureInfo.InvariantCulture, $"{parts[0]}.{int.Parse(parts[1], CultureInfo.InvariantCulture) + 1}.0");
            manifest["version"] = version;
            manifest.Remove("templateVersion");
            manifest.Insert(manifest.IndexOf("version") + 1, "templateVersion", templates);
        }

        manifest["calibration"] = table;
        var text = new StringBuilder();
        Append(text, manifest, 0);
        string temporary = path + ".measured";
        Directory.CreateDirectory(temporary);
        try
        {
            // Checked as a pack's folder is before it takes the old one's place.
            Files.WriteAtomically(Path.Combine(temporary, PackVerifier.ManifestName), text.Append('\n').ToString(), Files.Public);
            if (PackVerifier.ReadManifest(temporary) is { IsSound: false } refused) throw PackFaults(refused);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }

        Files.WriteAtomically(path, text.ToString(), Files.Public);
        return version;
    }

    private static CliException PackFaults(PackVerification refused) => Models.PackFaults.ToFault(refused.Fault!);

    private static JsonObject Read(string path)
    {
        if (!File.Exists(path)) throw new CliException(ExitCodes.ManifestRefused, $"There is no manifest {path}.", "Name an existing manifest.json.");
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new CliException(ExitCodes.ManifestRefused, $"{path} is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.ManifestRefused, $"{path} cannot be read: {e.Message}");
        }
    }

    // Small objects and arrays stay on one line, so that a table reads as a table and a change as one line.
    private static void Append(StringBuilder text, JsonNode? node, int depth)
    {
        const int OneLine = 170;
        string flat = Flat(node);
        if (node is not (JsonObject or JsonArray) || (depth > 0 && Nesting(node) <= 1 && flat.Length <= OneLine))
        {
            text.Append(flat);
            return;
        }

        bool isObject = node is JsonObject;
        text.Append(isObject ? '{' : '[');
        string indent = new(' ', (depth + 1) * 2), between = "\n";
        IEnumerable<(string? Key, JsonNode? Value)> items = node is JsonObject o ? o.Select(p => ((string?)p.Key, p.Value)) : ((JsonArray)node).Select(v => ((string?)null, v));
        foreach (var (key, value) in items)
        {
            text.Append(between).Append(indent);
            if (key is not null) text.Append(JsonSerializer.Serialize(key, Readable)).Append(": ");
            Append(text, value, depth + 1);
            between = ",\n";
        }

        text.Append('\n').Append(' ', depth * 2).Append(isObject ? '}' : ']');
    }

    private static string Flat(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject { Count: 0 } => "{}",
        JsonArray { Count: 0 } => "[]",
        JsonObject o => "{ " + string.Join(", ", o.Select(p => $"{JsonSerializer.Serialize(p.Key, Readable)}: {Flat(p.Value)}")) + " }",
        JsonArray a => "[" + string.Join(", ", a.Select(Flat)) + "]",
        _ => node.ToJsonString(Readable),
    };

    private static int Nesting(JsonNode? node) => node switch
    {
        JsonObject o => 1 + o.Select(p => Nesting(p.Value)).DefaultIfEmpty(0).Max(),
        JsonArray a => 1 + a.Select(Nesting).DefaultIfEmpty(0).Max(),
        _ => 0,
    };
}
