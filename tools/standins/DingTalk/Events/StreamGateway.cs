using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk.Events;

/// <summary>
/// Stream mode: single-use tickets (POST v1.0/gateway/connections/open), frames over WebSocket, confirmed by messageId. Which of
/// several connections gets a frame is not documented; here they take turns, or the oldest gets all (<c>stream_routing</c>).
/// </summary>
internal sealed class StreamGateway(Cloud cloud)
{
    private readonly ConcurrentDictionary<string, bool> _tickets = new(StringComparer.Ordinal);
    private readonly List<StreamConnection> _connections = [];
    private int _turn;

    public int Opened { get; private set; }

    public int Refused { get; private set; }

    /// <summary>What the consumers answered to SYSTEM frames, by topic.</summary>
    public ConcurrentDictionary<string, int> Answers { get; } = new(StringComparer.Ordinal);

    public int Connected => Snapshot().Count(c => c.Open);

    /// <summary>POST v1.0/gateway/connections/open. Call under the cloud's lock.</summary>
    public Reply Open(CallContext call)
    {
        var settings = cloud.Settings;
        if (call.Fields.Text("clientId") != settings.AppKey || call.Fields.Text("clientSecret") != settings.AppSecret)
        {
            return NewAnswers.Error(401, "authFailed", "鉴权失败");
        }

        if (!call.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal))
        {
            return NewAnswers.Error(400, "unacceptable", "Without an Accept header the real gateway may answer XML.");
        }

        var ticket = Guid.NewGuid().ToString();
        _tickets[ticket] = false;
        return NewAnswers.Ok(new() { ["endpoint"] = $"ws://{call.Request.Host}/stream/connect", ["ticket"] = ticket });
    }

    /// <summary>GET /stream/connect?ticket=…: a ticket serves once.</summary>
    public async Task ConnectAsync(HttpContext context)
    {
        var ticket = context.Request.Query["ticket"].ToString();
        if (!context.WebSockets.IsWebSocketRequest || !_tickets.TryUpdate(ticket, true, false))
        {
            Refused++;
            context.Response.StatusCode = 401;
            return;
        }

        using var connection = new StreamConnection(await context.WebSockets.AcceptWebSocketAsync(), ticket);
        lock (_connections)
        {
            connection.NextPing = DateTime.UtcNow.AddSeconds(cloud.Settings.StreamPingSeconds);
            _connections.Add(connection);
            Opened++;
        }

        try
        {
            await connection.SendAsync(Frame("SYSTEM", "CONNECTED", connection, "{}"));
            await connection.SendAsync(Frame("SYSTEM", "REGISTERED", connection, "{}"));
            while (await connection.ReceiveAsync(context.RequestAborted) is { } frame)
            {
                if (!connection.Silent)
                {
                    Confirm(frame);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or BadInputException or IOException)
        {
            // The consumer has gone, or speaks no JSON.
        }
        finally
        {
            lock (_connections)
            {
                _connections.Remove(connection);
            }
        }
    }

    /// <summary>Sends one event once, with the faults played.</summary>
    public async Task SendAsync(PlayedEvent played, IReadOnlyList<FaultRequest> faults)
    {
        if (Choose() is not { } connection)
        {
            return;
        }

        var settings = cloud.Settings;
        var frame = Frame("EVENT", "*", connection, played.Data.ToJsonString(Json.Options));
        var headers = frame["headers"]!.AsObject();
        headers["messageId"] = played.MessageId;
        headers["eventType"] = played.Type;
        headers["eventId"] = played.EventId;
        headers["eventCorpId"] = settings.CorpId;
        headers["eventBornTime"] = played.BornAt.ToString(CultureInfo.InvariantCulture);
        headers["eventUnifiedAppId"] = "standin";
        await connection.SendAsync(frame);
        if (faults.Any(f => f.Kind == FaultKind.DuplicateFrame))
        {
            await connection.SendAsync((JsonObject)frame.DeepClone());
        }

        if (faults.Any(f => f.Kind == FaultKind.DisconnectMid))
        {
            connection.Socket.Abort();
        }
    }

    /// <summary>Pings, and closes whoever was told to go.</summary>
    public async Task TickAsync()
    {
        foreach (var connection in Snapshot().Where(c => c.Open && c.NextPing <= DateTime.UtcNow))
        {
            if (connection.Leaving)
            {
                connection.Socket.Abort();
                continue;
            }

            connection.NextPing = DateTime.UtcNow.AddSeconds(cloud.Settings.StreamPingSeconds);
            await connection.SendAsync(Frame("SYSTEM", "ping", connection, new JsonObject { ["opaque"] = Guid.NewGuid().ToString("N") }.ToJsonString()));
        }
    }

    /// <summary>disconnect: told to go, closed later; silence: dead without a word; abort: the connection is cut; keepalive: a KEEPALIVE frame.</summary>
    public async Task DoAsync(string what)
    {
        foreach (var connection in Snapshot())
        {
            switch (what)
            {
                case "disconnect":
                    connection.Leaving = true;
                    connection.NextPing = DateTime.UtcNow.AddSeconds(cloud.Settings.StreamDrainSeconds);
                    await connection.SendAsync(Frame("SYSTEM", "disconnect", connection, """{"reason":"persistent connection is timeout"}"""));
                    break;
                case "silence": connection.Silent = true; break;
                case "abort": connection.Socket.Abort(); break;
                case "keepalive": await connection.SendAsync(Frame("SYSTEM", "KEEPALIVE", connection, "{}")); break;
                default: throw new BadInputException($"Cannot do '{what}' to the stream: disconnect, silence, abort or keepalive.");
            }
        }
    }

    private List<StreamConnection> Snapshot()
    {
        lock (_connections)
        {
            return [.. _connections];
        }
    }

    // A silent connection is chosen too: the gateway does not know that it is dead.
    private StreamConnection? Choose()
    {
        var open = Snapshot().Where(c => c.Open && !c.Leaving).ToList();
        return open.Count == 0 ? null : cloud.Settings.StreamRouting == StreamRouting.Oldest ? open[0] : open[_turn++ % open.Count];
    }

    private void Confirm(JsonObject answer)
    {
        var (id, code) = (answer["headers"]?["messageId"]?.ToString(), answer["code"]?.ToString());
        lock (cloud.Gate)
        {
            var played = cloud.Events.All.FirstOrDefault(e => e.MessageId == id);
            if (played is null)
            {
                Answers.AddOrUpdate($"{id?.Split('_')[0]}:{code}", 1, (_, n) => n + 1);
                return;
            }

            if (cloud.Faults.Take("event/ack").Any(f => f.Kind == FaultKind.LostAck))
            {
                played.Answer = "played: answer lost";
                return;
            }

            played.Answer = $"{code} {answer["data"]}";
            if (code == "200" && answer["data"]?.ToString() is { } data && Json.ParseObject(data, "the answer's data")["status"]?.ToString() == "SUCCESS")
            {
                played.State = EventState.Acknowledged;
            }
        }
    }

    private JsonObject Frame(string type, string topic, StreamConnection connection, string data)
    {
        var now = cloud.Now.ToUnixTimeMilliseconds();
        return new()
        {
            ["specVersion"] = "1.0",
            ["type"] = type,
            ["time"] = now,
            ["headers"] = new JsonObject
            {
                ["appId"] = "standin",
                ["connectionId"] = connection.Id,
                ["contentType"] = "application/json",
                ["messageId"] = $"{topic}_{Guid.NewGuid():N}",
                ["time"] = now.ToString(CultureInfo.InvariantCulture),
                ["topic"] = topic,
            },
            ["data"] = data,
        };
    }
}

/// <summary>Which connection gets a frame.</summary>
public enum StreamRouting
{
    /// <summary>They take turns.</summary>
    Turns,

    /// <summary>The oldest gets all, also when it is dead.</summary>
    Oldest,
}
