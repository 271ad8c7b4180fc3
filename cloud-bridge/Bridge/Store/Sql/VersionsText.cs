using System.Text.Json;

namespace Devices.Bridge.Store.Sql;

/// <summary>Versions by part as a JSON object in one column.</summary>
internal static class VersionsText
{
    public static string Write(IReadOnlyDictionary<string, string> versions) => JsonSerializer.Serialize(versions);

    public static IReadOnlyDictionary<string, string> Read(string? text) =>
        text is null ? new Dictionary<string, string>() : JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [];
}
