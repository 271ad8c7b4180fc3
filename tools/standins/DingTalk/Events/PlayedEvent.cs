using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk.Events;

/// <summary>What became of an event so far.</summary>
internal enum EventState
{
    /// <summary>To be sent (again) when it is due.</summary>
    Open,

    /// <summary>The consumer confirmed it.</summary>
    Acknowledged,

    /// <summary>Given up after the last attempt: lost, but for the list of failed pushes.</summary>
    Lost,
}

/// <summary>One event on its way. Guarded by the book's lock.</summary>
internal sealed class PlayedEvent(string type, JsonObject data, long bornAt, string? eventId = null)
{
    public string MessageId { get; } = $"msg_{Guid.NewGuid():N}";

    public string EventId { get; } = eventId ?? Guid.NewGuid().ToString("N");

    public string Type { get; } = type;

    public JsonObject Data { get; } = data;

    /// <summary>ms since the Unix epoch, by the cloud's clock.</summary>
    public long BornAt { get; } = bornAt;

    public EventState State { get; set; }

    public int Attempts { get; set; }

    public DateTime Due { get; set; }

    /// <summary>What the consumer answered last, or why nothing came.</summary>
    public string? Answer { get; set; }

    public JsonObject Describe() => new()
    {
        ["type"] = Type,
        ["event_id"] = EventId,
        ["message_id"] = MessageId,
        ["state"] = State.ToString().ToLowerInvariant(),
        ["attempts"] = Attempts,
        ["answer"] = Answer,
        ["data"] = Data.DeepClone(),
    };
}
