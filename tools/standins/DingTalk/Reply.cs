using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>An answer before it is written: the HTTP status, the JSON, and the error code for the counters (null is success).</summary>
internal sealed record Reply(int Status, JsonObject Body, string? Error = null)
{
    /// <summary>True for an error of the per-second limit, which the counters keep apart.</summary>
    public bool Throttled { get; init; }
}
