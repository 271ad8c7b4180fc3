using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Contract.Messages;

namespace Devices.Bridge.Roster.Events;

/// <summary>One frame of Stream mode: type, topic and ids from its headers; <c>data</c> is JSON inside a text.</summary>
internal sealed record StreamFrame(string Type, string Topic, string MessageId, string? EventType, string? EventId, string Data)
{
    /// <summary>Null where it is no frame.</summary>
    public static StreamFrame? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            // A name that stands twice makes it no frame: which of the two is meant nobody can say.
            using JsonDocument document = JsonDocument.Parse(JsonLetters.Whole(Encoding.UTF8.GetString(bytes)), new() { AllowDuplicateProperties = false });
            JsonElement frame = document.RootElement;
            JsonElement? headers = Member(frame, "headers");
            return EventReading.Text(Member(frame, "type")) is { } type && EventReading.Text(Member(headers, "messageId")) is { } id
                ? new(type, EventReading.Text(Member(headers, "topic")) ?? "", id, EventReading.Text(Member(headers, "eventType")), EventReading.Text(Member(headers, "eventId")), EventReading.Text(Member(frame, "data")) ?? "{}")
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement? of, string name) => of is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out JsonElement value) ? value : null;

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
