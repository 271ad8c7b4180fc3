using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Up;

/// <summary>The camera stand-in's control: what stands before the lens.</summary>
internal sealed class CameraClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Shows pictures side by side, then the empty room; returns when they are gone.</summary>
    public Task ShowPictures(IReadOnlyList<string> pictures, double seconds, CancellationToken stop) =>
        Post(new { pictures, fit = "frame", seconds }, stop);

    /// <summary>Plays a piece of a video, then the empty room; returns when it is over.</summary>
    public Task ShowVideo(string path, double start, double seconds, CancellationToken stop) =>
        Post(new { video = new { path, start, seconds }, seconds }, stop);

    private async Task Post(object scene, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/show?wait=1", scene, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The camera stand-in refused a scene (HTTP {(int)answer.StatusCode}): {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>The terminal stand-in's control: cards, keys, presence.</summary>
internal sealed class McuClient : IDisposable
{
    private readonly HttpClient _http;

    public McuClient(Uri address) => _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };

    /// <param name="socket">The stand-in's <c>--control-socket</c>: it is reached in whatever network the stand-in runs.</param>
    public McuClient(string socket) => _http = new(AgentClient.OverSocket(socket)) { BaseAddress = new("http://mcu"), Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Types a number and a PIN at the keypad, as <c>1001#4826#</c>.</summary>
    public async Task Keypad(string keys, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/keypad", new { keys }, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The terminal stand-in refused keys: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    public async Task Card(string uid, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/card", new { uid }, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The terminal stand-in refused a card: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    public async Task<string> Screen(CancellationToken stop) => await _http.GetStringAsync("/screen", stop).ConfigureAwait(false);

    public async Task<JsonElement> State(CancellationToken stop) => await _http.GetFromJsonAsync<JsonElement>("/state", stop).ConfigureAwait(false);

    public void Dispose() => _http.Dispose();
}

/// <summary>One punch as the DingTalk stand-in recorded it.</summary>
internal sealed record PlatformRecord([property: JsonPropertyName("userid")] string UserId, long UserCheckTime, string DeviceName, string? DeviceId);

/// <summary>The DingTalk stand-in's own window: what it recorded, in order.</summary>
internal sealed class DingTalkClient(Uri address) : IDisposable
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };

    public async Task<IReadOnlyList<PlatformRecord>> Records(CancellationToken stop)
    {
        JsonElement answer = await _http.GetFromJsonAsync<JsonElement>("/_standin/records", stop).ConfigureAwait(false);
        JsonElement rows = answer.ValueKind == JsonValueKind.Array ? answer : answer.GetProperty("records");
        return rows.Deserialize<List<PlatformRecord>>(Options) ?? [];
    }

    /// <summary>The next upload is recorded and its connection closed without an answer: the ambiguous case.</summary>
    public Task CloseAfterRecording(CancellationToken stop) => Fault(new { kind = "close-after-recording", api = "topapi/attendance/record/upload", count = 1 }, stop);

    /// <summary>Takes all faults away that have not fired yet.</summary>
    public async Task ClearFaults(CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.DeleteAsync(new Uri("/_standin/faults", UriKind.Relative), stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The DingTalk stand-in kept its faults: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    /// <summary>Adds and replaces people singly: the body of <c>POST /_standin/people</c>.</summary>
    public async Task MergePeople(object document, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/_standin/people?merge=true", document, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The DingTalk stand-in refused people: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    /// <summary>Orders a fault: the body of <c>POST /_standin/faults</c>.</summary>
    public async Task Fault(object fault, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/_standin/faults", fault, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The DingTalk stand-in refused a fault: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    public void Dispose() => _http.Dispose();
}
