using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Devices.Contract.Messages;

/// <summary>Bytes to messages and back. Bad bytes become a <see cref="Problem"/>, never an exception.</summary>
public static class ContractCodec
{
    private const int MaxPlace = 100;

    /// <summary>UTF-8 JSON of <paramref name="message"/>.</summary>
    public static byte[] Write<T>(T message, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(message, type);

    /// <summary>Reads one message; on failure <paramref name="problem"/> says what was wrong, in one sentence, and where.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> payload, JsonTypeInfo<T> type, out T? message, out Problem? problem) where T : class
    {
        message = null;
        problem = null;
        if (payload.Length > Protocol.MaxPayload)
        {
            problem = new() { Code = ProblemCodes.Oversized, Text = $"The payload has {payload.Length} bytes; {Protocol.MaxPayload} are the limit." };
            return false;
        }
        try
        {
            message = JsonSerializer.Deserialize(payload, type);
            if (message is not null) return true;
            problem = new() { Code = ProblemCodes.Malformed, Text = "The payload is JSON null." };
        }
        catch (JsonException fault)
        {
            // The sender's own names stand in it: bounded and printable, for it is told in a reason string and stands in logs.
            string path = Printable(fault.Path ?? "", MaxPlace);
            string where = path.Length == 0 ? "" : $" at {path}{(fault.Path!.Length > MaxPlace ? "…" : "")}";
            problem = new() { Code = ProblemCodes.Malformed, Text = $"The payload is not the JSON that this topic takes{where}." };
        }
        return false;
    }

    private static string Printable(string text, int most) => string.Concat(text.Take(most).Where(one => !char.IsControl(one) && !char.IsSurrogate(one)));

    /// <summary>Checks the version user property; null where it is the one we speak.</summary>
    public static Problem? CheckVersion(string? version) => version == Protocol.Version ? null : new()
    {
        Code = ProblemCodes.Version,
        Text = version is null
            ? $"The MQTT user property '{Protocol.VersionProperty}' is missing; this end speaks version {Protocol.Version}."
            : $"Payload version '{Printable(version, 16)}' is not known; this end speaks version {Protocol.Version}.",
    };
}
