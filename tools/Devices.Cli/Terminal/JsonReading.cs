using System.Text.Json;

namespace Devices.Cli.Terminal;

/// <summary>Reads answers without demanding fields that an older or newer agent may lack.</summary>
public static class JsonReading
{
    public static JsonElement? Get(this JsonElement at, string name) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement at, string name) => at.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool? Flag(this JsonElement at, string name) => at.Get(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    public static double? Number(this JsonElement at, string name) => at.Get(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    public static long? Whole(this JsonElement at, string name) => at.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long whole) ? whole : null;
}
