using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Standins.DingTalk;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>The real DingTalk stand-in on a free port, with its controls.</summary>
internal sealed class PlayedPlatform : IAsyncDisposable
{
    public const string Upload = "topapi/attendance/record/upload";
    public const string RecordList = "attendance/listRecord";

    private readonly DingTalkStandin _standin;
    private readonly HttpClient _http;

    private PlayedPlatform(DingTalkStandin standin)
    {
        _standin = standin;
        _http = new() { BaseAddress = standin.Address };
    }

    public Uri Address => _standin.Address;

    public static async Task<PlayedPlatform> StartAsync(StandinSettings? settings = null, params IReadOnlyList<string> people)
    {
        PlayedPlatform platform = new(await DingTalkStandin.StartAsync(new() { Settings = settings ?? new() }));
        await platform.PeopleAsync(people.Count > 0 ? people : ["ada", "grace", "alan", "007"]);
        return platform;
    }

    public Task PeopleAsync(IReadOnlyList<string> people) => PostAsync("people", new
    {
        departments = new[] { new { dept_id = 2, name = "Engineering", parent_id = 1 }, new { dept_id = 3, name = "Compilers", parent_id = 2 } },
        users = people.Select((id, i) => new { userid = id, name = Name(id), job_number = $"J{i}", dept_id_list = new[] { i % 2 == 0 ? 2 : 3 } }),
    });

    public static string Name(string id) => id switch { "ada" => "Ada Lovelace", "grace" => "Grace Hopper", "alan" => "Alan Turing", _ => $"Person {id}" };

    public async Task<int> FaultAsync(object fault) => (await PostAsync("faults", fault))["id"]!.GetValue<int>();

    public Task ClearFaultsAsync() => _http.DeleteAsync("_standin/faults");

    public Task SetAsync(object settings) => PostAsync("settings", settings);

    /// <summary>Departments and users as the people file has them.</summary>
    public Task OrganisationAsync(object organisation) => PostAsync("people", organisation);

    /// <summary>Raises an event.</summary>
    public async Task<string> EventAsync(string type, object data, string? id = null) =>
        (await PostAsync("events", id is null ? new { type, data } : new { type, data, event_id = id }))["event_id"]!.GetValue<string>();

    /// <summary>Does something to the stream's connections: disconnect, silence, abort, keepalive.</summary>
    public Task StreamAsync(string what) => PostAsync($"stream?do={what}", new { });

    /// <summary>Events with what became of them, and the stream's counters.</summary>
    public async Task<JsonObject> EventsAsync() => (await _http.GetFromJsonAsync<JsonObject>("_standin/events"))!;

    /// <summary>What it recorded, in order of arrival.</summary>
    public async Task<IReadOnlyList<Recorded>> RecordsAsync() =>
        [.. (await _http.GetFromJsonAsync<JsonObject>("_standin/records"))!["records"]!.AsArray().Select(r => new Recorded(
            r!["userid"]!.GetValue<string>(), r["user_check_time"]!.GetValue<long>(), r["device_name"]!.GetValue<string>(), r["device_id"]!.GetValue<string>()))];

    /// <summary>Upload calls that reached the handler.</summary>
    public async Task<int> UploadsAsync() => (await _http.GetFromJsonAsync<JsonObject>("_standin/records"))!["uploads"]!.AsArray().Count;

    /// <summary>What reached the robot's group.</summary>
    public async Task<IReadOnlyList<PlayedMessage>> MessagesAsync() =>
        [.. (await _http.GetFromJsonAsync<JsonObject>("_standin/robot"))!["messages"]!.AsArray().Select(m => new PlayedMessage(m!["title"]!.GetValue<string>(), m["text"]!.GetValue<string>()))];

    /// <summary>Calls received of one API.</summary>
    public async Task<long> CallsAsync(string api) => (await CallsAsync())["apis"]!.AsArray()
        .Where(a => string.Equals(a!["api"]?.GetValue<string>() ?? a["name"]?.GetValue<string>(), api, StringComparison.OrdinalIgnoreCase))
        .Sum(a => a!["received"]!.GetValue<long>());

    public async Task<JsonObject> CallsAsync() => (await _http.GetFromJsonAsync<JsonObject>("_standin/calls"))!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _standin.DisposeAsync();
    }

    private async Task<JsonObject> PostAsync(string path, object body)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync($"_standin/{path}", body, new JsonSerializerOptions(JsonSerializerDefaults.Web) { PropertyNamingPolicy = null });
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!.AsObject();
    }
}

internal sealed record Recorded(string Person, long At, string DeviceName, string DeviceId);

internal sealed record PlayedMessage(string Title, string Text);
