using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Bridge.Roster.Events;

/// <summary>One frame of Stream mode: type, topic and ids from its headers; <c>data</c> is JSON inside a text.</summary>
internal sealed record StreamFrame(string Type, string Topic, string MessageId, string? EventType, string? EventId, string Data)
{
    /// <summary>Null where it is no frame.</summary>
    public static StreamFrame? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            JsonNode? frame = JsonNode.Parse(bytes);
            JsonNode? headers = frame?["headers"];
            string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number ? node.ToString() : null;
            return Text(frame?["type"]) is { } type && Text(headers?["messageId"]) is { } id
                ? new(type, Text(headers?["topic"]) ?? "", id, Text(headers?["eventType"]), Text(headers?["eventId"]), Text(frame?["data"]) ?? "{}")
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The answer to a frame.</summary>
    /// <param name="code">200 taken, 404 nobody here takes such frames, 500 failed.</param>
    public byte[] Answer(int code, string message, string data) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["code"] = code,
        ["headers"] = new JsonObject { ["messageId"] = MessageId, ["contentType"] = "application/json" },
        ["message"] = message,
        ["data"] = data,
    });
}
