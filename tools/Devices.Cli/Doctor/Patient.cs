using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Edge.Ledger.Board;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Cli.Doctor;

/// <summary>What the checks look at.</summary>
/// <param name="Config">agent.json, empty where it cannot be read.</param>
/// <param name="Status">The agent's <c>/status</c>; null where it does not answer.</param>
public sealed record Patient(string State, string Socket, JsonObject Config, JsonElement? Status, CliHost Host, TimeSpan StepLimit)
{
    public DateTimeOffset Now => Host.Clock.GetUtcNow();

    /// <summary>The board's own files.</summary>
    public BoardReader Board { get; } = Host.Board;

    /// <summary>The TPM that its settings mean; null for none.</summary>
    public BoardTpm? Tpm => BoardTpm.Refusal(Setting("Tpm")) is null ? BoardTpm.Of(Setting("Tpm")) : null;

    /// <summary>A key such as <c>Bridge:Host</c>, whatever its JSON type; null where it is not set.</summary>
    public string? Setting(string key)
    {
        JsonNode? at = Config;
        foreach (string part in key.Split(':'))
        {
            at = at is JsonObject here ? here.FirstOrDefault(p => p.Key.Equals(part, StringComparison.OrdinalIgnoreCase)).Value : null;
            if (at is null) return null;
        }

        return at is JsonValue ? at.ToString() : null;
    }

    public int Whole(string key, int otherwise) => int.TryParse(Setting(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    public double Real(string key, double otherwise) => double.TryParse(Setting(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : otherwise;
}
