using System.Text.Json;
using Devices.PrivateServers;

namespace Devices.Scale;

/// <summary>One of the three NATS servers, on the file that a real installation uses.</summary>
internal sealed class NatsServer(int number, string directory, string config, IReadOnlyList<(int Client, int Cluster, int Http)> ports, string password) : IDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private Kept? _process;

    public string Name => $"nats-{number}";

    public Kept Process => _process!;

    public string Url => $"nats://127.0.0.1:{ports[number - 1].Client}";

    public string Store => Path.Combine(directory, Name);

    public async Task StartAsync()
    {
        string routes = string.Join(", ", ports.Select(one => $"\"nats-route://127.0.0.1:{one.Cluster}\""));
        (int client, int cluster, int http) = ports[number - 1];
        _process = await Kept.StartAsync(Path.Combine(directory, Name + ".log"), [Installation.NatsProgram, "-c", config], new Dictionary<string, string>
        {
            ["DEVICES_NATS_NAME"] = Name, ["DEVICES_NATS_CLIENT"] = $"\"127.0.0.1:{client}\"", ["DEVICES_NATS_CLUSTER"] = $"\"127.0.0.1:{cluster}\"", ["DEVICES_NATS_HTTP"] = $"\"127.0.0.1:{http}\"",
            ["DEVICES_NATS_ROUTES"] = $"[{routes}]", ["DEVICES_NATS_STORE"] = $"\"{Store}\"", ["DEVICES_NATS_PASSWORD"] = $"\"{password}\"",
        });
    }

    /// <summary>Whether it is up and current with the others.</summary>
    public async Task<bool> HealthyAsync()
    {
        try
        {
            using HttpResponseMessage answer = await Http.GetAsync(Page("healthz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>The server that leads the stream, and the bytes that the stream's files hold here; null where this one does not know.</summary>
    public async Task<string?> LeaderAsync()
    {
        try
        {
            using JsonDocument page = JsonDocument.Parse(await Http.GetStringAsync(Page("jsz?accounts=1&streams=1")));
            return page.RootElement.GetProperty("account_details").EnumerateArray().SelectMany(one => one.GetProperty("stream_detail").EnumerateArray())
                .Select(one => one.GetProperty("cluster").TryGetProperty("leader", out JsonElement leader) ? leader.GetString() : null).FirstOrDefault();
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or KeyNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _process?.Dispose();

    private Uri Page(string name) => new($"http://127.0.0.1:{ports[number - 1].Http}/{name}");
}
