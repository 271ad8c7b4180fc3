using System.Text.Json;

namespace Devices.FleetLoad;

internal static class ResultJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
}
