using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Mqtt;

namespace Devices.FleetLoad.Soak;

/// <summary>The real agent as a process of its own, without camera: cards only, as a terminal whose camera failed.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private readonly Child _child;
    private readonly HttpClient _http;

    private AgentHost(Child child, HttpClient http, string terminal, string password) => (_child, _http, Terminal, Password) = (child, http, terminal, password);

    public int Id => _child.Id;

    public string Terminal { get; }

    public string Password { get; }

    public bool HasExited => _child.HasExited;

    /// <summary>Where the controller connects.</summary>
    public Target Mcu { get; private set; } = null!;

    public LoadFault Ended() => _child.Ended();

    public static async Task<AgentHost> StartAsync(string program, string folder, FleetMember member, string root, Target? bridge, string collector)
    {
        string state = Path.Combine(folder, "agent"), config = Path.Combine(folder, "agent.json"), socket = Path.Combine(state, "agent.sock");
        PrivateFiles.MakeDirectory(folder);
        PrivateFiles.MakeDirectory(state);
        member.WriteFiles(Path.Combine(state, "tls"), root);
        Dictionary<string, object> settings = new()
        {
            ["Terminal"] = member.Name, ["State"] = state, ["TimeZone"] = "Asia/Shanghai", ["Camera"] = "none", ["Mcu"] = new { Port = 0 },
            ["Repeat"] = new { Seconds = 0 }, ["Telemetry"] = new { Otlp = collector, EverySeconds = 1 },
        };
        if (bridge is not null) settings["Bridge"] = new { Host = "127.0.0.1", bridge.At.Port, ServerName = "localhost" };
        PrivateFiles.Write(config, JsonSerializer.Serialize(settings));
        Child child = Child.Start("The agent", program, ["--config", config], Path.Combine(folder, "agent.log"), _ => { });
        HttpClient http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        })
        { BaseAddress = new("http://agent"), Timeout = TimeSpan.FromSeconds(30) };
        for (int i = 0; i < 300; i++)
        {
            if (child.HasExited) throw child.Ended();
            await Task.Delay(100);
            if (await StatusAsync(http) is not { } status || !status.TryGetProperty("mcu_port", out JsonElement port) || port.GetInt32() == 0) continue;
            return new(child, http, member.Name, (await File.ReadAllTextAsync(Path.Combine(state, "mcu.password"))).Trim()) { Mcu = new(new(IPAddress.Loopback, port.GetInt32()), null) };
        }

        throw new LoadFault($"The agent did not answer within 30 s. Its last lines:\n{child.Tail()}");
    }

    public Task<JsonElement?> StatusAsync() => StatusAsync(_http);

    /// <summary>Enrols people with a card each; no faces.</summary>
    public async Task EnrolAsync(int people)
    {
        for (int i = 0; i < people; i++)
        {
            using MultipartFormDataContent form = new()
            {
                { new StringContent(Person(i)), "id" }, { new StringContent($"Person {i}"), "name" }, { new StringContent(Card(i)), "card" },
            };
            using HttpResponseMessage answer = await _http.PostAsync("/people", form);
            if (!answer.IsSuccessStatusCode) throw new LoadFault($"The agent did not enrol a person: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    public static string Person(int index) => string.Create(CultureInfo.InvariantCulture, $"p-{index}");

    public static string Card(int index) => (0x04A00000 + index).ToString("X8", CultureInfo.InvariantCulture);

    public Task<int> StopAsync() => _child.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _http.Dispose();
    }

    private static async Task<JsonElement?> StatusAsync(HttpClient http)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(await http.GetStringAsync("/status"));
            return document.RootElement.Clone();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
