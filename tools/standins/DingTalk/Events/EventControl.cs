using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk.Events;

/// <summary>Controls of the events: raise some, see what became of them, do something to the stream.</summary>
internal sealed class EventControl(Cloud cloud, StreamGateway gateway)
{
    /// <summary>Everything there is to know. Call under the cloud's lock.</summary>
    public JsonObject Describe()
    {
        var answers = new JsonObject();
        foreach (var (topic, count) in gateway.Answers)
        {
            answers[topic] = count;
        }

        return new()
        {
            ["connected"] = gateway.Connected,
            ["opened"] = gateway.Opened,
            ["refused_tickets"] = gateway.Refused,
            ["answers"] = answers,
            ["events"] = new JsonArray([.. cloud.Events.All.Select(e => (JsonNode)e.Describe())]),
        };
    }

    /// <summary>{"type", "data", "event_id"?, "count"?}. Call under the cloud's lock.</summary>
    public JsonNode Raise(JsonObject body)
    {
        if (body["type"]?.ToString() is not { Length: > 0 } type || body["data"] is not JsonObject data)
        {
            throw new BadInputException("An event needs a type and data.");
        }

        var count = body["count"]?.GetValue<int>() ?? 1;
        for (var i = 1; i < count; i++)
        {
            cloud.Events.Add(new(type, (JsonObject)data.DeepClone(), cloud.Now.ToUnixTimeMilliseconds()));
        }

        return cloud.Events.Add(new(type, (JsonObject)data.DeepClone(), cloud.Now.ToUnixTimeMilliseconds(), body["event_id"]?.ToString())).Describe();
    }
}
