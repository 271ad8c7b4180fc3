using System.Net;
using System.Text.Json;
using Devices.Cli.App;

namespace Devices.Cli.Terminal;

/// <summary>An answer of the admin API.</summary>
/// <param name="Body">Null where it is empty.</param>
public sealed record AgentAnswer(HttpStatusCode Status, JsonElement? Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The agent's own sentence about a refusal, else a plain one.</summary>
    public string Reason()
    {
        foreach (string name in (string[])["text", "reason", "detail", "error", "message", "title"])
            if (Body?.Text(name) is { Length: > 0 } said) return said;
        return $"the agent answered HTTP {(int)Status}.";
    }

    /// <exception cref="CliException"><see cref="ExitCodes.AgentRefused"/> for any other status than 2xx.</exception>
    public JsonElement Demand() => IsSuccess && Body is { } body
        ? body
        : throw new CliException(ExitCodes.AgentRefused, IsSuccess ? "The agent's answer is empty." : $"The agent refused: {Reason()}");
}
