using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Standins.DingTalk;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Standins.Tests.DingTalk;

/// <summary>A stand-in on a free port with a clock that only the test moves, and a client that speaks the real API.</summary>
internal sealed class PlayedCloud : IAsyncDisposable
{
    public const string Upload = "topapi/attendance/record/upload";
    public const string List = "attendance/listRecord";

    public static readonly TimeSpan China = TimeSpan.FromHours(8);

    // 2026-11-25 is a Wednesday; 08:31 in China.
    public static readonly DateTimeOffset Start = new(2026, 11, 25, 8, 31, 0, China);

    private readonly DingTalkStandin _standin;

    private PlayedCloud(DingTalkStandin standin, FakeTimeProvider clock)
    {
        _standin = standin;
        Clock = clock;
        Http = new HttpClient { BaseAddress = standin.Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Http { get; }

    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<PlayedCloud> StartAsync(params string[] args)
    {
        var clock = new FakeTimeProvider(Start);
        var cloud = new PlayedCloud(await DingTalkStandin.StartAsync(StandinArguments.Parse(args), clock, Token), clock);
        await cloud.PostAsync("_standin/people", new
        {
            departments = new[] { new { dept_id = 2, name = "研发", parent_id = 1 }, new { dept_id = 3, name = "Lab", parent_id = 2 } },
            users = new[]
            {
                new { userid = "u1", name = "Grace Hopper", job_number = "1001", dept_id_list = new[] { 2 }, attendance_group = true },
                new { userid = "u2", name = "Ada Lovelace", job_number = "1002", dept_id_list = new[] { 2, 3 }, attendance_group = true },
                new { userid = "u3", name = "Alan Turing", job_number = "", dept_id_list = new[] { 1 }, attendance_group = false },
            },
        });
        return cloud;
    }

    public async Task<string> AccessTokenAsync()
    {
        var answer = await PostAsync("v1.0/oauth2/accessToken", new { appKey = "dingstandinkey", appSecret = "dingstandinsecret" });
        return answer["accessToken"]!.GetValue<string>();
    }

    /// <summary>Uploads one punch as JSON.</summary>
    public async Task<JsonObject> UploadAsync(string userid = "u1", long? at = null, string? token = null, string deviceId = "m2-001") => await PostAsync(
        $"{Upload}?access_token={token ?? await AccessTokenAsync()}",
        new { userid, device_name = "Front door", device_id = deviceId, user_check_time = at ?? NowMs });

    /// <summary>Asks the record list for a span of local wall-clock time.</summary>
    public async Task<JsonObject> ListAsync(string from = "2026-11-25 00:00:00", string to = "2026-11-25 23:59:59", string[]? users = null, bool? isI18n = null, string? token = null) => await PostAsync(
        $"{List}?access_token={token ?? await AccessTokenAsync()}",
        new { userIds = users ?? ["u1", "u2", "u3"], checkDateFrom = from, checkDateTo = to, isI18n });

    public async Task<JsonArray> RowsAsync() => (await ListAsync())["recordresult"]!.AsArray();

    public Task FaultAsync(object fault) => PostAsync("_standin/faults", fault);

    public Task SettingsAsync(object settings) => PostAsync("_standin/settings", settings);

    public async Task<JsonArray> RecordsAsync() => (await GetAsync("_standin/records"))["records"]!.AsArray();

    public async Task<JsonObject> CountsAsync(string api) =>
        (await GetAsync("_standin/calls"))["apis"]!.AsArray().Single(a => a!["api"]!.GetValue<string>() == api)!.AsObject();

    public async Task<JsonObject> GetAsync(string path) => Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative), Token));

    public async Task<JsonObject> PostAsync(string path, object body)
    {
        using var response = await SendAsync(path, body);
        return Parse(await response.Content.ReadAsStringAsync(Token));
    }

    public async Task<JsonObject> PostFormAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), form, Token);
        return Parse(await response.Content.ReadAsStringAsync(Token));
    }

    public Task<HttpResponseMessage> SendAsync(string path, object body)
    {
        var json = JsonSerializer.Serialize(body);
        return Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"), Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _standin.DisposeAsync();
    }

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}

/// <summary>Short ways to read an answer.</summary>
internal static class Answer
{
    public static int Errcode(this JsonObject answer) => answer["errcode"]!.GetValue<int>();

    /// <summary>The sub_code, which the platform writes as a STRING.</summary>
    public static string SubCode(this JsonObject answer) => answer["sub_code"]!.GetValue<string>();

    public static string Text(this JsonNode node, string name) => Convert.ToString(node[name], CultureInfo.InvariantCulture)!;

    public static long Number(this JsonNode node, string name) => node[name]!.GetValue<long>();
}
