using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Edge.Vision.Packs;

/// <summary>Reads and writes manifests (camelCase, enumerations as lower-case words, unknown fields ignored).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    // A null where the manifest must have something is a fault of the file, told with its line.
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PackManifest))]
[JsonSerializable(typeof(PackCalibration))]
public sealed partial class PackJson : JsonSerializerContext;
