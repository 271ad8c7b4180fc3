using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Devices.Link;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Devices.Firmware.Tests;

/// <summary>The stand-in as a process against a real broker.</summary>
public sealed class StandinTests : IAsyncLifetime
{
    private const string Id = "m2-001";
    private const string Key = "a device key";

    private readonly string _state = Directory.CreateTempSubdirectory("standin-terminal-").FullName;
    private readonly HttpClient _http = new();
    private readonly ConcurrentDictionary<string, int> _cards = new();
    private readonly ConcurrentQueue<bool> _online = new();
    private readonly List<Process> _processes = [];
    private MqttServer? _broker;
    private int _port;
    private Uri? _control;
    private volatile bool _mute;

    public ValueTask InitializeAsync()
    {
        using System.Net.Sockets.TcpListener free = new(System.Net.IPAddress.Loopback, 0);
        free.Start();
        _port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }

        await StopBroker();
        _http.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task A_card_is_held_over_power_cut_and_broker_outage_and_arrives_under_one_id()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await StartTerminal();
        await Post("card", new { uid = "04A1B2C3" });
        await Until(async () => (await Get("state")).GetProperty("queue").GetInt32() == 1);
        await Until(async () => (await Get("screen")).GetProperty("screen").GetString() == "offline");
        string boot = (await Get("state")).GetProperty("boot").GetString()!;
        await Post("power", new { action = "cut" });
        await _processes[^1].WaitForExitAsync(cancel);

        await StartBroker();
        _mute = true;
        await StartTerminal();
        await Until(() => Task.FromResult(!_cards.IsEmpty));
        (await Get("state")).GetProperty("queue").GetInt32().ShouldBe(1, "not confirmed yet");
        (await Get("state")).GetProperty("boot").GetString().ShouldNotBe(boot);
        await StopBroker();
        await Until(async () => !(await Get("state")).GetProperty("connected").GetBoolean());
        _mute = false;
        await StartBroker();
        await Until(async () => (await Get("state")).GetProperty("queue").GetInt32() == 0);
        _cards.ShouldHaveSingleItem().Value.ShouldBeGreaterThan(1, "it was sent again under the same id");

        await Post("card", new { uid = "04ffffff" });
        await Until(async () => (await Get("screen")).GetProperty("screen").GetString() == "thanks");
        (await Get("screen")).GetProperty("lines").EnumerateArray().Select(line => line.GetString()).ShouldContain("王小明");
        _cards.Count.ShouldBe(2);
    }

    [Fact]
    public async Task It_ends_in_order_on_SIGTERM_and_tells_the_board()
    {
        await StartBroker();
        await StartTerminal();
        await Until(async () => (await Get("state")).GetProperty("connected").GetBoolean());
        await Until(() => Task.FromResult(_online.Contains(true)));
        using Process kill = Process.Start("sh", ["-c", $"kill -TERM {_processes[^1].Id}"]);
        await _processes[^1].WaitForExitAsync(TestContext.Current.CancellationToken);
        _processes[^1].ExitCode.ShouldBe(0);
        await Until(() => Task.FromResult(_online.Contains(false)));
    }

    [Fact]
    public async Task The_page_the_keypad_and_the_door_work()
    {
        await StartBroker();
        await StartTerminal();
        (await _http.GetStringAsync(_control, TestContext.Current.CancellationToken)).ShouldContain("The firmware's own code");
        await Until(async () => (await Get("state")).GetProperty("connected").GetBoolean());
        await Post("keypad", new { keys = "1001#4826#" });
        await Until(async () => (await Get("state")).GetProperty("taken").GetInt32() == 1);
        await Post("door", new { open = true });
        await Until(async () => (await Get("look?panel=-1&tone=-1")).GetProperty("light").GetString() == "#c00000");
        JsonElement look = await Get("look?panel=-1&tone=-1");
        look.GetProperty("pixels").GetString()!.Length.ShouldBe(240 * 240 * 2 / 3 * 4);
        look.GetProperty("tones").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Bad_control_requests_get_a_sentence()
    {
        await StartTerminal();
        foreach ((string path, string body) in new[] { ("card", "{\"uid\":\"zz\"}"), ("card", "nonsense"), ("key", "{\"key\":\"left\"}"), ("keypad", "{\"keys\":\"12a\"}"), ("power", "{\"action\":\"on\"}") })
        {
            using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _http.PostAsync(new Uri(_control!, path), content, TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(400);
            (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("error").GetString().ShouldNotBeNullOrWhiteSpace();
        }
    }

    [Theory]
    [InlineData("--port", "70000")]
    [InlineData("--what", "x")]
    [InlineData("--port", "1883")]
    public void Bad_arguments_get_a_sentence(string name, string value)
    {
        Devices.Standins.Terminal.StandinOptions.Parse([name, value], out string error).ShouldBeNull();
        error.ShouldEndWith(".");
    }

    private async Task StartBroker()
    {
        MqttServer broker = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
            .WithDefaultEndpoint().WithDefaultEndpointBoundIPAddress(System.Net.IPAddress.Loopback).WithDefaultEndpointPort(_port).Build());
        broker.ValidatingConnectionAsync += e =>
        {
            e.ReasonCode = e.UserName == Id && e.Password == Key ? MqttConnectReasonCode.Success : MqttConnectReasonCode.BadUserNameOrPassword;
            return Task.CompletedTask;
        };
        broker.InterceptingPublishAsync += e => Answer(broker, e);
        await broker.StartAsync();
        _broker = broker;
    }

    private async Task StopBroker()
    {
        if (_broker is not null)
        {
            await _broker.StopAsync(new MqttServerStopOptions());
            _broker.Dispose();
            _broker = null;
        }
    }

    private async Task Answer(MqttServer broker, InterceptingPublishEventArgs e)
    {
        if (e.ClientId != Id || !LinkTopics.TrySplit(e.ApplicationMessage.Topic, out _, out string leaf))
        {
            return;
        }

        byte[] payload = System.Buffers.BuffersExtensions.ToArray(e.ApplicationMessage.Payload);
        if (leaf == LinkTopics.Ping && PingMessage.TryParse(payload, out PingMessage? ping, out _))
        {
            await Send(broker, new PongMessage { N = ping.N });
        }
        else if (leaf == LinkTopics.Status && StatusMessage.TryParse(payload, out StatusMessage? status, out _))
        {
            _online.Enqueue(status.Online);
        }
        else if (leaf == LinkTopics.Card && CardMessage.TryParse(payload, out CardMessage? card, out _))
        {
            _cards.AddOrUpdate(card.Id, 1, (_, times) => times + 1);
            if (!_mute)
            {
                await Send(broker, new ConfirmMessage { Id = card.Id, Result = ConfirmResult.Accepted, Seq = 1, Name = "王小明", At = 1764105600000 });
            }
        }
    }

    private static Task Send(MqttServer broker, LinkMessage message) => broker.InjectApplicationMessage(new InjectedMqttApplicationMessage(
        new MqttApplicationMessageBuilder().WithTopic(LinkTopics.For(Id, message.Leaf)).WithPayload(message.Write())
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build()) { SenderClientId = "board" });

    private async Task StartTerminal()
    {
        string password = Path.Combine(_state, "key.txt");
        await File.WriteAllTextAsync(password, Key + "\n");
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
        };
        foreach (string argument in new[]
        {
            Repo.Built("Devices.Standins.Terminal", "standin-terminal.dll"), "--port", $"{_port}", "--terminal", Id, "--password-file", password,
            "--state", Path.Combine(_state, "flash"), "--control-port", "0",
        })
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        _processes.Add(process);
        TaskCompletionSource<Uri> control = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data?.StartsWith("control ", StringComparison.Ordinal) == true)
            {
                control.TrySetResult(new Uri(e.Data[8..]));
            }
        };
        process.BeginOutputReadLine();
        _control = await control.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    private async Task Post(string path, object body)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(new Uri(_control!, path), body, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(202);
    }

    private Task<JsonElement> Get(string path) => _http.GetFromJsonAsync<JsonElement>(new Uri(_control!, path), TestContext.Current.CancellationToken);

    private static async Task Until(Func<Task<bool>> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
