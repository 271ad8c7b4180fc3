using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Devices.Standins.Tests.DingTalk;

/// <summary>The gateway as its documents and SDKs tell it, seen by a client that knows nothing of the bridge.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task A_ticket_serves_one_connection_and_a_wrong_secret_gets_none()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using (var refused = await cloud.SendAsync("v1.0/gateway/connections/open", new { clientId = "dingstandinkey", clientSecret = "wrong" }))
            ((int)refused.StatusCode).ShouldBe(401);
        var address = await TicketAsync(cloud);
        using var first = await ConnectAsync(address);
        await Should.ThrowAsync<WebSocketException>(() => ConnectAsync(address));
        await Should.ThrowAsync<WebSocketException>(() => ConnectAsync(new UriBuilder(address) { Query = "ticket=made-up" }.Uri));
        (await cloud.GetAsync("_standin/events"))["refused_tickets"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task An_event_comes_with_its_meta_data_in_the_headers_and_again_until_it_is_confirmed()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "event_retry_seconds=0.2");
        await cloud.SettingsAsync(new { people_events = true });
        using var socket = await ConnectAsync(await TicketAsync(cloud));
        await cloud.PostAsync("_standin/people?merge=true", new { users = new[] { new { userid = "u4", name = "Joan" } } });

        var one = await NextAsync(socket, "EVENT");
        var again = await NextAsync(socket, "EVENT");
        again["headers"]!["messageId"]!.ToString().ShouldBe(one["headers"]!["messageId"]!.ToString());
        one["headers"]!["eventType"]!.ToString().ShouldBe("user_add_org");
        one["headers"]!["eventCorpId"]!.ToString().ShouldBe("dingstandincorp");
        JsonNode.Parse(one["data"]!.ToString())!["userId"]!.AsArray().Select(i => i!.ToString()).ShouldBe(["u4"]);

        await SendAsync(socket, new JsonObject
        {
            ["code"] = 200, ["headers"] = new JsonObject { ["messageId"] = one["headers"]!["messageId"]!.ToString() }, ["data"] = """{"status":"SUCCESS"}""",
        });
        for (var i = 0; ; i++)
        {
            var state = (await cloud.GetAsync("_standin/events"))["events"]!.AsArray().Single()!["state"]!.ToString();
            if (state == "acknowledged") break;
            i.ShouldBeLessThan(500, state);
            await Task.Delay(20, PlayedCloud.Token);
        }
    }

    [Fact]
    public async Task A_silent_connection_gets_nothing_and_an_event_nobody_confirms_is_lost_after_three_attempts()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "event_retry_seconds=0.05");
        using var socket = await ConnectAsync(await TicketAsync(cloud));
        await cloud.PostAsync("_standin/stream?do=silence", new { });
        await cloud.PostAsync("_standin/events", new { type = "user_leave_org", data = new { userId = new[] { "u1" } } });
        for (var i = 0; ; i++)
        {
            var played = (await cloud.GetAsync("_standin/events"))["events"]!.AsArray().Single()!;
            if (played["state"]!.ToString() == "lost")
            {
                played["attempts"]!.GetValue<int>().ShouldBe(3);
                break;
            }

            i.ShouldBeLessThan(500);
            await Task.Delay(20, PlayedCloud.Token);
        }

        socket.State.ShouldBe(WebSocketState.Open);
    }

    [Fact]
    public async Task One_department_is_described_and_an_unknown_one_refused()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var token = await cloud.AccessTokenAsync();
        (await cloud.PostAsync($"topapi/v2/department/get?access_token={token}", new { dept_id = 3 }))["result"]!["parent_id"]!.GetValue<long>().ShouldBe(2);
        (await cloud.PostAsync($"topapi/v2/department/get?access_token={token}", new { dept_id = 99 })).Errcode().ShouldBe(60003);
    }

    private static async Task<Uri> TicketAsync(PlayedCloud cloud)
    {
        cloud.Http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        var answer = await cloud.PostAsync("v1.0/gateway/connections/open", new { clientId = "dingstandinkey", clientSecret = "dingstandinsecret" });
        return new Uri($"{answer["endpoint"]}?ticket={answer["ticket"]}");
    }

    private static async Task<ClientWebSocket> ConnectAsync(Uri address)
    {
        var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(address, PlayedCloud.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<JsonNode> NextAsync(ClientWebSocket socket, string type)
    {
        while (true)
        {
            using var whole = new MemoryStream();
            var part = new byte[4096];
            ValueWebSocketReceiveResult read;
            do
            {
                read = await socket.ReceiveAsync(part.AsMemory(), PlayedCloud.Token);
                whole.Write(part, 0, read.Count);
            }
            while (!read.EndOfMessage);
            var frame = JsonNode.Parse(Encoding.UTF8.GetString(whole.ToArray()))!;
            if (frame["type"]!.ToString() == type) return frame;
        }
    }

    private static Task SendAsync(ClientWebSocket socket, JsonObject answer) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()), WebSocketMessageType.Text, true, PlayedCloud.Token);
}
