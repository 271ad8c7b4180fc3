using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

/// <summary>The vectors of canonical-punch-vectors.json.</summary>
internal sealed record Vector(string Name, Punch Punch, string Json, string Previous, string Canonical, string Chain)
{
    public static IReadOnlyList<Vector> All { get; } = Load();

    private static List<Vector> Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "canonical-punch-vectors.json")));
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(v => new Vector(
            v.GetProperty("name").GetString()!,
            JsonSerializer.Deserialize(v.GetProperty("punch").GetRawText(), ContractJson.Default.Punch)!,
            v.GetProperty("punch").GetRawText(),
            v.GetProperty("previous").GetString()!,
            v.GetProperty("canonical").GetString()!,
            v.GetProperty("chain").GetString()!))];
    }
}
